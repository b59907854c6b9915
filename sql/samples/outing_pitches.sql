-- grain: one row per pitch of a season's games, in no order, with the game's number in the embedding table's order
-- Sorting happens on whole numbers outside: sorting 700,000 wide rows by text here took most of the time.
with games as (
    select
        game_id,
        row_number() over (order by game_id) - 1 as game
    from core.plate_appearances
    where season = $season
    group by game_id
),

pitches as (
    select * from core.pitches
    where season = $season
),

final as (
    select
        games.game::integer as game,
        pitches.plate_appearance,
        pitches.pitch_number,
        pitches.result,
        pitches.pitch_type,
        pitches.balls,
        pitches.strikes,
        pitches.release_speed,
        pitches.release_spin_rate,
        pitches.release_extension,
        pitches.release_pos_x,
        pitches.release_pos_z,
        pitches.pfx_x,
        pitches.pfx_z,
        pitches.plate_x,
        pitches.plate_z,
        pitches.sz_top,
        pitches.sz_bot,
        pitches.spin_axis,
        pitches.bat_speed,
        pitches.swing_length
    from pitches
    inner join games on pitches.game_id = games.game_id
)

select * from final
