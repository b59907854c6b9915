-- grain: one row per season, park and club that played home games there, from $first_season to $last_season
-- Both sides' plate appearances. `elsewhere_*` are those of the same club's games of that season in all other parks.
with

plate_appearances as (
    select * from core.plate_appearances
    where season between $first_season and $last_season and park_id is not null
),

-- Every plate appearance belongs to two clubs: to the one at home and to the visitors.
sides as (
    select
        true as is_home,
        if(is_top, fielding_team, batting_team) as club,
        *
    from plate_appearances
    union all
    select
        false as is_home,
        if(is_top, batting_team, fielding_team) as club,
        *
    from plate_appearances
),

by_park as (
    select
        season,
        club,
        park_id,
        is_home,
        count(*) as pa,
        sum(so) as so,
        sum(bb) as bb,
        sum(hr) as hr,
        sum(h) as h,
        sum(single) as single,
        sum(double) as double,
        sum(triple) as triple,
        sum(runs) as runs
    from sides
    group by season, club, park_id, is_home
),

in_park as (
    select * from by_park
    where is_home
),

elsewhere as (
    select
        in_park.season,
        in_park.club,
        in_park.park_id,
        sum(others.pa) as pa,
        sum(others.so) as so,
        sum(others.bb) as bb,
        sum(others.hr) as hr,
        sum(others.h) as h,
        sum(others.single) as single,
        sum(others.double) as double,
        sum(others.triple) as triple,
        sum(others.runs) as runs
    from in_park
    inner join by_park as others
        on
            in_park.season = others.season
            and in_park.club = others.club
            and in_park.park_id <> others.park_id
    group by in_park.season, in_park.club, in_park.park_id
),

final as (
    select
        in_park.season,
        in_park.club,
        in_park.park_id,
        in_park.pa,
        in_park.so,
        in_park.bb,
        in_park.hr,
        in_park.h,
        in_park.single,
        in_park.double,
        in_park.triple,
        in_park.runs,
        elsewhere.pa as elsewhere_pa,
        elsewhere.so as elsewhere_so,
        elsewhere.bb as elsewhere_bb,
        elsewhere.hr as elsewhere_hr,
        elsewhere.h as elsewhere_h,
        elsewhere.single as elsewhere_single,
        elsewhere.double as elsewhere_double,
        elsewhere.triple as elsewhere_triple,
        elsewhere.runs as elsewhere_runs
    from in_park
    inner join elsewhere
        on
            in_park.season = elsewhere.season
            and in_park.club = elsewhere.club
            and in_park.park_id = elsewhere.park_id
    order by in_park.season, in_park.club, in_park.park_id
)

select * from final
