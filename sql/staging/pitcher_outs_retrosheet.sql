-- grain: one row per pitcher and regular-season game of Retrosheet
-- All outs made while he pitched, base-running included.
with plays as (
    select * from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and list_contains($months, month(date))
),

identities as (
    select * from raw.register
    where key_retro is not null and key_mlbam is not null
),

final as (
    select
        plays.gid as game_id,
        identities.key_mlbam as pitcher_id,
        sum(plays.outs_post - plays.outs_pre) as outs
    from plays
    inner join identities on plays.pitcher = identities.key_retro
    group by all
)

select * from final
