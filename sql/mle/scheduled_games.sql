-- grain: one row per season from $first_season to $last_season: how many games a club played on average
with games as (
    select * from core.games
    where season between $first_season and $last_season
),

club_games as (
    select
        season,
        unnest([home_team, away_team]) as team
    from games
),

final as (
    select
        season,
        count(*) / count(distinct team) as scheduled
    from club_games
    group by season
    order by season
)

select * from final
