-- grain: one row per season and feature table with rows of it, of the players of one type who could have a row in it
-- Counts are plate appearances or batters faced of that season. Preseason tables can hold who had an opportunity in the
-- three seasons before; tables of a season's own counts whoever has a line in it.
with

lines as (
    select * from core.season_lines
    where player_type = $player_type and opportunities > 0
),

others as (
    select * from core.season_lines
    where player_type != $player_type
),

wanted as (
    select distinct season from lines
    where list_contains($seasons, season)
),

-- Pitchers who bat are no batters, nor batters who pitch pitchers: over these seasons they were more of the other.
elsewhere as (
    select
        wanted.season,
        lines.mlbam_id
    from wanted
    inner join lines on lines.season between wanted.season - 3 and wanted.season
    inner join others on lines.season = others.season and lines.mlbam_id = others.mlbam_id
    group by wanted.season, lines.mlbam_id
    having sum(others.opportunities) > sum(lines.opportunities)
),

past as (
    select distinct
        wanted.season,
        lines.mlbam_id
    from wanted
    inner join lines on lines.season between wanted.season - 3 and wanted.season - 1
),

present as (
    select
        lines.season,
        lines.mlbam_id,
        lines.opportunities,
        past.mlbam_id is not null as is_known
    from lines
    inner join wanted on lines.season = wanted.season
    left join past on lines.season = past.season and lines.mlbam_id = past.mlbam_id
    anti join elsewhere
        on lines.season = elsewhere.season and lines.mlbam_id = elsewhere.mlbam_id
),

held as (
    select distinct
        'features.stat_profiles' as table_name,
        season,
        mlbam_id
    from features.stat_profiles
    where player_type = $player_type and as_of = make_date(season, 3, 1)
    union all
    select distinct
        'features.marcel_rates' as table_name,
        season,
        mlbam_id
    from features.marcel_rates
    where player_type = $player_type
    union all
    select distinct
        'features.mle_rates' as table_name,
        season,
        mlbam_id
    from features.mle_rates
    where player_type = $player_type
    union all
    select distinct
        'features.archetypes' as table_name,
        season,
        mlbam_id
    from features.archetypes
    where player_type = $player_type and as_of = make_date(season, 3, 1)
    union all
    select distinct
        'features.control_rates' as table_name,
        season,
        mlbam_id
    from features.control_rates
    where player_type = $player_type
    union all
    select distinct
        'features.playing_time' as table_name,
        season,
        mlbam_id
    from features.playing_time
    where player_type = $player_type
    union all
    select distinct
        'features.sequence_counts' as table_name,
        season,
        mlbam_id
    from features.sequence_counts
    where player_type = $player_type
),

tables as (
    select distinct
        table_name,
        season
    from held
),

final as (
    select
        present.season,
        tables.table_name,
        sum(present.opportunities) as opportunities,
        coalesce(sum(present.opportunities) filter (held.mlbam_id is not null), 0) as matched
    from present
    inner join tables on present.season = tables.season
    left join held
        on
            tables.table_name = held.table_name
            and present.season = held.season
            and present.mlbam_id = held.mlbam_id
    where present.is_known or tables.table_name = 'features.sequence_counts'
    group by present.season, tables.table_name
    order by present.season, tables.table_name
)

select * from final
