-- grain: one row per side of the ball and player without an id (Retrosheet) or a row in core.players (Statcast)
-- The empty code carries the plate appearances of all others, so that the shares have their denominator.
with plays as (
    select * from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and pa = 1
),

plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

identities as (
    select key_retro from raw.register
    where key_retro is not null and key_mlbam is not null
),

players as (
    select mlbam_id from core.players
),

sides as (
    select
        'batter' as player_type,
        batter as code
    from plays
    where $source = 'retrosheet'
    union all
    select
        'pitcher' as player_type,
        pitcher as code
    from plays
    where $source = 'retrosheet'
    union all
    select
        'batter' as player_type,
        cast(batter_id as varchar) as code
    from plate_appearances
    where $source = 'statcast'
    union all
    select
        'pitcher' as player_type,
        cast(pitcher_id as varchar) as code
    from plate_appearances
    where $source = 'statcast'
),

known as (
    select key_retro as code from identities
    where $source = 'retrosheet'
    union all
    select cast(mlbam_id as varchar) as code from players
    where $source = 'statcast'
),

final as (
    select
        sides.player_type,
        if(known.code is null, sides.code, '') as code,
        count(*) as plate_appearances
    from sides
    left join known on sides.code = known.code
    group by 1, 2
    order by 1, 2
)

select * from final
