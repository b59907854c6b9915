-- grain: one row per pitcher and regular-season game of Retrosheet's official pitching lines
with lines as (
    select * from raw.retrosheet_pitching
    where season = $season and gametype = 'regular' and stattype = 'value'
),

identities as (
    select
        key_retro,
        key_mlbam
    from raw.register
    where key_retro is not null
),

clubs as (
    select * from vocabulary.teams
),

final as (
    select
        lines.gid,
        lines.id as pitcher_code,
        lines.date,
        lines.site,
        lines.p_ipouts,
        lines.p_bfp,
        lines.p_h,
        lines.p_hr,
        lines.p_r,
        lines.p_er,
        lines.p_w,
        lines.p_iw,
        lines.p_k,
        lines.p_hbp,
        lines.p_sh,
        lines.p_sf,
        identities.key_mlbam as mlbam_id,
        clubs.team as home_team,
        cast(right(lines.gid, 1) as tinyint) as game_number
    from lines
    left join identities on lines.id = identities.key_retro
    left join clubs on left(lines.gid, 3) = clubs.code
)

select * from final
