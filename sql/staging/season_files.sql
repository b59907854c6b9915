-- grain: one row per source, file and month with regular-season games of a season
with statcast as (
    select
        'statcast' as source,
        source_file,
        month(game_date) as month,
        count(distinct game_pk) as games
    from raw.statcast_pitches
    where season = $season and game_type = 'R'
    group by all
),

retrosheet as (
    select
        'retrosheet' as source,
        source_file,
        month(date) as month,
        count(distinct gid) as games
    from raw.retrosheet_plays
    where season = $season and gametype = 'regular'
    group by all
),

final as (
    select * from statcast
    union all
    select * from retrosheet
    order by source, source_file, month
)

select * from final
