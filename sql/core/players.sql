-- grain: one row per person of the register with an MLBAM id
-- `primary_position` is where a player played most in all his seasons: a description for pages, never a feature,
-- since it tells the future of anyone still playing.
with register as (
    select * from raw.register
    where key_mlbam is not null
),

-- Executives have codes of their own beside the players they once were: the one who played is meant.
people as (
    select * from raw.lahman_people
    qualify
        row_number() over (partition by coalesce(retroid, bbrefid, playerid) order by debut nulls last, playerid) = 1
),

hands as (
    select
        retro_id,
        arg_max(bats, season) as bats,
        arg_max(throws, season) as throws
    from raw.retrosheet_rosters
    group by retro_id
),

games_by_position as (
    select
        playerid as player_code,
        unnest(['P', 'C', '1B', '2B', '3B', 'SS', 'LF', 'CF', 'RF', 'DH']) as position,
        unnest([g_p, g_c, g_1b, g_2b, g_3b, g_ss, g_lf, g_cf, g_rf, coalesce(g_dh, 0)]) as games
    from raw.lahman_appearances
),

totals as (
    select
        player_code,
        position,
        sum(games) as games
    from games_by_position
    group by all
    having sum(games) > 0
),

positions as (
    select
        player_code,
        arg_max(position, (games, position)) as position
    from totals
    group by player_code
),

final as (
    select
        register.key_mlbam as mlbam_id,
        trim(concat_ws(' ', register.name_first, register.name_last)) as name,
        make_date(register.birth_year, register.birth_month, register.birth_day) as birth_date,
        coalesce(by_retro.bats, by_bbref.bats, hands.bats) as bats,
        coalesce(by_retro.throws, by_bbref.throws, hands.throws) as throws,
        register.key_retro as retro_id,
        coalesce(by_retro.playerid, by_bbref.playerid) as lahman_id,
        cast(register.key_fangraphs as varchar) as fangraphs_id,
        positions.position as primary_position
    from register
    left join people as by_retro on register.key_retro = by_retro.retroid
    left join people as by_bbref on register.key_bbref = by_bbref.bbrefid
    left join hands on register.key_retro = hands.retro_id
    left join positions on coalesce(by_retro.playerid, by_bbref.playerid) = positions.player_code
)

select * from final
