-- grain: one row per player and season: the season's own line
with
season_lines as (
    select * from core.season_lines
    where
        player_type = $player_type
        and season in (select unnest($seasons))
),

final as (
    select
        season,
        mlbam_id,
        opportunities,
        ab,
        h,
        single,
        double,
        triple,
        hr,
        bb,
        ibb,
        so,
        hbp,
        sf,
        sh,
        outs,
        er
    from season_lines
)

select * from final
