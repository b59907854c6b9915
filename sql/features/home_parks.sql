-- grain: one row per season and club: the park of most of its home games, from $first_season to $last_season
with

games as (
    select * from core.games
    where season between $first_season and $last_season and park_id is not null
),

parks as (
    select
        season,
        home_team as club,
        park_id,
        count(*) as games
    from games
    group by season, home_team, park_id
),

final as (
    select
        season,
        club,
        park_id
    from parks
    qualify row_number() over (partition by season, club order by games desc, park_id asc) = 1
    order by season, club
)

select * from final
