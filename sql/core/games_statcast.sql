-- grain: one row per regular-season game of Statcast's pitches
-- Statcast knows neither the park nor the number within a doubleheader. Both come from Retrosheet's official pitching
-- lines of the day: of the home team's games the one that shares most pitchers. Where there are none, the park is the
-- home team's commonest one in the latest season known until then, and the number is the order of `game_pk`.
with pitches as (
    select * from raw.statcast_pitches
    where season = $season and game_type = 'R' and list_contains($months, month(game_date))
),

lines as (
    select * from staging.official_pitching
),

known_parks as (
    select
        season,
        gid,
        site
    from raw.retrosheet_pitching
    where gametype = 'regular' and season <= $season and site is not null
    union
    select
        season,
        gid,
        site
    from raw.retrosheet_gameinfo
    where gametype = 'regular' and season <= $season
),

clubs as (
    select * from vocabulary.teams
),

games as (
    select
        game_pk,
        any_value(game_date) as game_date,
        any_value(home_team) as home_team,
        any_value(away_team) as away_team
    from pitches
    group by game_pk
),

numbered as (
    select
        *,
        row_number() over (partition by game_date, home_team order by game_pk) as place,
        count(*) over (partition by game_date, home_team) as games_that_day
    from games
),

appearances as (
    select distinct
        game_pk,
        game_date,
        home_team,
        pitcher
    from pitches
),

official as (
    select
        appearances.game_pk,
        lines.game_number,
        lines.site
    from appearances
    inner join lines
        on
            appearances.game_date = lines.date
            and appearances.home_team = lines.home_team
            and appearances.pitcher = lines.mlbam_id
    group by appearances.game_pk, lines.game_number, lines.site
    qualify row_number() over (partition by appearances.game_pk order by count(*) desc, lines.game_number) = 1
),

usual_parks as (
    select
        clubs.team as home_team,
        known_parks.site
    from known_parks
    inner join clubs on left(known_parks.gid, 3) = clubs.code
    group by clubs.team, known_parks.site
    qualify
        row_number() over (
            partition by clubs.team
            order by max(known_parks.season) desc, count(*) desc, known_parks.site
        ) = 1
),

final as (
    select
        cast($season as smallint) as season,
        month(games.game_date) as month,
        cast(games.game_pk as varchar) as game_id,
        games.game_date,
        'statcast' as source,
        coalesce(official.game_number, if(games.games_that_day = 1, 0, games.place)) as number,
        games.home_team,
        games.away_team,
        coalesce(official.site, usual_parks.site) as park_id
    from numbered as games
    left join official on games.game_pk = official.game_pk
    left join usual_parks on games.home_team = usual_parks.home_team
)

select * from final
