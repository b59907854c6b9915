-- grain: one row per season and player on a club's roster dated in the winter before it: the club of the last such one
-- A winter is after 1 November of the year before and up to 1 March of the season, from $first_season to $last_season;
-- no roster of any other day is read. Where one day's rosters hold him twice, the club is the first by name.
with

rosters as (
    select
        year(as_of) + if(month(as_of) >= 11, 1, 0) as season,
        as_of,
        mlbam,
        club
    from raw.club_rosters
    where mlbam is not null and club is not null
),

winters as (
    select * from rosters
    where
        season between $first_season and $last_season
        and as_of > make_date(season - 1, 11, 1)
        and as_of <= make_date(season, 3, 1)
),

final as (
    select
        season,
        mlbam as mlbam_id,
        club
    from winters
    qualify row_number() over (partition by season, mlbam order by as_of desc, club asc) = 1
    order by season, mlbam_id
)

select * from final
