-- grain: one row per Retrosheet season: its plate appearances whose counts differ from the flags of their plays
with plays as (
    select * from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and pa = 1
),

plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

compared as (
    select
        plays.gid,
        plate_appearances.game_id is not null as is_kept,
        plays.ab = plate_appearances.ab
        and plays.single = plate_appearances.single
        and plays.double = plate_appearances.double
        and plays.triple = plate_appearances.triple
        and plays.hr = plate_appearances.hr
        and plays.walk = plate_appearances.bb
        and plays.iw = plate_appearances.ibb
        and plays.k = plate_appearances.so
        and plays.hbp = plate_appearances.hbp
        and plays.sf = plate_appearances.sf
        and plays.sh = plate_appearances.sh
        and plays.xi = plate_appearances.ci as is_alike
    from plays
    left join plate_appearances
        on plays.gid = plate_appearances.game_id and plays.pn = plate_appearances.plate_appearance
),

final as (
    select
        count(*) as plays,
        count(*) filter (where not is_kept) as missing,
        count(*) filter (where is_kept and not is_alike) as differing
    from compared
)

select * from final
