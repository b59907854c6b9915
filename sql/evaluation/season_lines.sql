-- grain: one row per season, side of the ball and player, with the opportunities of the three seasons before
with

season_lines as (
    select * from core.season_lines
),

wanted as (
    select *
    from season_lines
    where
        season between $first_season and $last_season
        and opportunities > 0
),

history as (
    select
        wanted.season,
        wanted.player_type,
        wanted.mlbam_id,
        sum(earlier.opportunities)::integer as prior_opportunities
    from wanted
    inner join season_lines as earlier
        on
            wanted.player_type = earlier.player_type
            and wanted.mlbam_id = earlier.mlbam_id
            and earlier.season between wanted.season - 3 and wanted.season - 1
    group by wanted.season, wanted.player_type, wanted.mlbam_id
),

final as (
    select
        wanted.season,
        wanted.player_type,
        wanted.mlbam_id,
        wanted.opportunities,
        wanted.ab,
        wanted.h,
        wanted.single,
        wanted.double,
        wanted.triple,
        wanted.hr,
        wanted.bb,
        wanted.so,
        wanted.hbp,
        wanted.sf,
        wanted.outs,
        wanted.er,
        coalesce(history.prior_opportunities, 0) as prior_opportunities
    from wanted
    left join history
        on
            wanted.season = history.season
            and wanted.player_type = history.player_type
            and wanted.mlbam_id = history.mlbam_id
    order by wanted.season, wanted.player_type, wanted.mlbam_id
)

select * from final
