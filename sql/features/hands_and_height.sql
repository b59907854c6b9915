-- grain: one row per player; height in inches, null where Lahman's register does not tell it
-- What stands here does not change over a career. Listed weight does and is the latest one, so it is left out.
with

players as (select * from core.players),

register as (
    select
        playerid as lahman_id,
        max(height) as height
    from raw.lahman_people
    group by playerid
),

final as (
    select
        players.mlbam_id,
        players.bats,
        players.throws,
        register.height
    from players
    left join register
        on players.lahman_id = register.lahman_id
    order by players.mlbam_id
)

select * from final
