-- grain: one row per plate appearance of Statcast's regular season: the state it began in
-- The first pitch of the turn at bat tells runners and score; the ball in play tells how far it went.
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season and list_contains($months, month)
),

pitches as (
    select *
    from raw.statcast_pitches
    where season = $season and game_type = 'R' and list_contains($months, month(game_date))
),

in_play as (
    select * from vocabulary.pitch_results
    where source = 'statcast' and result = 'in_play'
),

pitchers as (
    select * from staging.pitcher_states
),

first_pitches as (
    select
        game_pk,
        at_bat_number,
        if(on_1b is null, 0, 1) + if(on_2b is null, 0, 2) + if(on_3b is null, 0, 4) as bases,
        -- Bounds skip a null: an unknown score would become the greatest lead.
        if(bat_score - fld_score is null, null, greatest(-127, least(127, bat_score - fld_score))) as score_difference
    from pitches
    qualify row_number() over (partition by game_pk, at_bat_number order by pitch_number) = 1
),

hit as (
    select
        pitches.game_pk,
        pitches.at_bat_number,
        max(pitches.hit_distance_sc) as hit_distance
    from pitches
    inner join in_play on pitches.description = in_play.code
    group by all
),

final as (
    select
        plate_appearances.season,
        plate_appearances.month,
        plate_appearances.game_id,
        plate_appearances.game_date,
        plate_appearances.source,
        plate_appearances.plate_appearance,
        first_pitches.bases,
        first_pitches.score_difference,
        pitchers.pitches_before,
        pitchers.rest_days,
        hit.hit_distance
    from plate_appearances
    inner join pitchers
        on
            plate_appearances.game_id = pitchers.game_id
            and plate_appearances.plate_appearance = pitchers.plate_appearance
    left join first_pitches
        on
            plate_appearances.game_id = cast(first_pitches.game_pk as varchar)
            and plate_appearances.plate_appearance = first_pitches.at_bat_number
    left join hit
        on
            first_pitches.game_pk = hit.game_pk
            and first_pitches.at_bat_number = hit.at_bat_number
)

select * from final
