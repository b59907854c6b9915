-- grain: one row per minor-league line of AAA or AA, three seasons back, of a player projected with it
with minor_lines as (
    select * from core.minor_lines
    where
        season between $season - 3 and $season - 1
        and level in ('AAA', 'AA')
        and mlbam_id is not null
),

sourced as (
    select distinct
        player_type,
        mlbam_id
    from features.mle_rates
    where
        season = $season
        and as_of = $as_of
        and source in ('mle', 'blended')
),

final as (
    select
        minor_lines.player_type,
        minor_lines.mlbam_id,
        minor_lines.season,
        minor_lines.level,
        minor_lines.club,
        minor_lines.sources,
        minor_lines.pa,
        minor_lines.so,
        minor_lines.bb,
        minor_lines.hr,
        coalesce(minor_lines.hr_estimated, false) as hr_estimated,
        minor_lines.h,
        minor_lines.h_pa
    from minor_lines
    inner join sourced
        on
            minor_lines.player_type = sourced.player_type
            and minor_lines.mlbam_id = sourced.mlbam_id
    order by
        minor_lines.player_type asc,
        minor_lines.mlbam_id asc,
        minor_lines.season desc,
        minor_lines.level desc
)

select * from final
