-- grain: one row per side of the ball and player: playing time projected for a season by Marcel and by the model
-- the model's columns are null where it has no row; `marcel` is null for a newcomer, whom Marcel does not know
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

newcomers as (
    select * from features.newcomer_playing_time
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

known as (
    select
        marcel.player_type,
        marcel.mlbam_id,
        marcel.opportunities as marcel,
        playing_time.opportunities as model,
        playing_time.p10,
        playing_time.p90,
        playing_time.if_regular,
        playing_time.outs,
        playing_time.outs_p10,
        playing_time.outs_p90,
        playing_time.role,
        playing_time.starter_chance,
        playing_time.role_change
    from marcel
    left join playing_time
        on
            marcel.player_type = playing_time.player_type
            and marcel.mlbam_id = playing_time.mlbam_id
),

fresh as (
    select
        newcomers.player_type,
        newcomers.mlbam_id,
        null::double as marcel,
        newcomers.opportunities as model,
        newcomers.p10,
        newcomers.p90,
        newcomers.if_regular,
        newcomers.outs,
        newcomers.outs_p10,
        newcomers.outs_p90,
        newcomers.role,
        newcomers.starter_chance,
        newcomers.role_change
    from newcomers
    anti join marcel
        on
            newcomers.player_type = marcel.player_type
            and newcomers.mlbam_id = marcel.mlbam_id
),

final as (
    select * from known
    union all
    select * from fresh
    order by player_type, mlbam_id
)

select * from final
