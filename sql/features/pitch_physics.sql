-- grain: one row per side of the ball and player with a measured pitch in $season
-- Pitches of whole Statcast files, and of the partial ones in games that those do not hold. Every pitch counts twice:
-- for the pitcher and for the batter who faced it. Movement is in feet; `run` is towards the pitcher's arm side.
with

whole as (
    select * from core.pitches
    where season = $season
),

partial_files as (
    select * from raw.partial_pitches
    where season = $season
),

-- The partial files do not tell the type of a game: the regular season ends with the last game in core.games.
regular_season as (
    select
        min(game_date) as first_day,
        max(game_date) as last_day
    from core.games
    where season = $season
),

other_games as (
    select partial_files.*
    from partial_files
    inner join regular_season
        on partial_files.game_date between regular_season.first_day and regular_season.last_day
    anti join whole
        on cast(partial_files.game_pk as varchar) = whole.game_id
),

measured as (
    select
        batter_id,
        pitcher_id,
        pitch_type,
        release_speed,
        release_spin_rate,
        pfx_z as rise,
        if(throws = 'R', -pfx_x, pfx_x) as run
    from whole
    where throws is not null
    union all
    select
        batter as batter_id,
        pitcher as pitcher_id,
        pitch_type,
        release_speed,
        null as release_spin_rate,
        pfx_z_inches / 12 as rise,
        if(p_throws = 'R', -pfx_x_inches, pfx_x_inches) / 12 as run
    from other_games
    where p_throws is not null
),

-- Decimals: sums of them do not depend on the order of the rows. Position players' pitches (FA, EP) are no fastballs,
-- and cutters lie between fastball and slider.
pitches as (
    select
        batter_id,
        pitcher_id,
        cast(release_speed as decimal(9, 3)) as speed,
        cast(release_spin_rate as decimal(9, 1)) as spin,
        cast(rise as decimal(9, 4)) as rise,
        cast(run as decimal(9, 4)) as run,
        case
            when pitch_type in ('FF', 'SI', 'FT') then 'fastball'
            when pitch_type in ('SL', 'ST', 'SV', 'CU', 'KC', 'CS') then 'breaking'
            when pitch_type in ('CH', 'FS', 'FO', 'SC') then 'offspeed'
            else 'other'
        end as kind
    from measured
    where release_speed is not null and rise is not null and run is not null
),

sides as (
    select
        'batter' as player_type,
        batter_id as mlbam_id,
        *
    from pitches
    union all
    select
        'pitcher' as player_type,
        pitcher_id as mlbam_id,
        *
    from pitches
),

final as (
    select
        player_type,
        mlbam_id,
        count(*) as pitches,
        count(*) filter (where kind = 'fastball') as fastballs,
        sum(speed) filter (where kind = 'fastball') as fastball_speed,
        sum(rise) filter (where kind = 'fastball') as fastball_rise,
        sum(run) filter (where kind = 'fastball') as fastball_run,
        count(spin) filter (where kind = 'fastball') as fastball_spins,
        sum(spin) filter (where kind = 'fastball') as fastball_spin,
        count(*) filter (where kind = 'breaking') as breaking,
        sum(speed) filter (where kind = 'breaking') as breaking_speed,
        sum(rise) filter (where kind = 'breaking') as breaking_rise,
        sum(run) filter (where kind = 'breaking') as breaking_run,
        count(*) filter (where kind = 'offspeed') as offspeed,
        sum(speed) filter (where kind = 'offspeed') as offspeed_speed,
        sum(rise) filter (where kind = 'offspeed') as offspeed_rise,
        sum(run) filter (where kind = 'offspeed') as offspeed_run
    from sides
    group by player_type, mlbam_id
    order by player_type, mlbam_id
)

select * from final
