-- grain: one row per regular-season game of Retrosheet's plays
with plays as (
    select * from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and list_contains($months, month(date))
),

clubs as (
    select * from vocabulary.teams
),

games as (
    select
        gid,
        any_value(date) as game_date,
        any_value(site) as park_id,
        any_value(pitteam) filter (where top_bot = 0) as home,
        any_value(batteam) filter (where top_bot = 0) as away
    from plays
    group by gid
),

final as (
    select
        cast($season as smallint) as season,
        month(games.game_date) as month,
        games.gid as game_id,
        games.game_date,
        'retrosheet' as source,
        cast(right(games.gid, 1) as tinyint) as number,
        coalesce(home.team, '?' || games.home) as home_team,
        coalesce(away.team, '?' || games.away) as away_team,
        games.park_id
    from games
    left join clubs as home on games.home = home.code
    left join clubs as away on games.away = away.code
)

select * from final
