-- grain: one row per pitcher and regular-season game of Statcast
-- All outs made while he pitched, base-running included.
with pitches as (
    select * from staging.statcast_pitches
),

final as (
    select
        game_id,
        pitcher as pitcher_id,
        sum(outs_made) as outs
    from pitches
    group by all
)

select * from final
