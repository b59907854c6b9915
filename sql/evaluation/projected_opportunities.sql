-- grain: one row per side of the ball and player: playing time projected for a season by Marcel and by the model
-- the model's columns are null where it has no row
with

marcel_rates as (
    select * from features.marcel_rates
    where
        season = $season
        and as_of = $as_of
        and system = 'marcel'
),

playing_time as (
    select * from features.playing_time
    where
        season = $season
        and as_of = $as_of
),

marcel as (
    select
        player_type,
        mlbam_id,
        max(opportunities) as opportunities
    from marcel_rates
    group by player_type, mlbam_id
),

final as (
    select
        marcel.player_type,
        marcel.mlbam_id,
        marcel.opportunities as marcel,
        playing_time.opportunities as model,
        playing_time.p10,
        playing_time.p90
    from marcel
    left join playing_time
        on
            marcel.player_type = playing_time.player_type
            and marcel.mlbam_id = playing_time.mlbam_id
    order by marcel.player_type, marcel.mlbam_id
)

select * from final
