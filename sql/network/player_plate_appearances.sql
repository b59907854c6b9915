-- grain: one row per plate appearance of a player on the asked side of the ball, in the player's own order
-- embedding_rows: where the plate appearance stands in the embedding matrix (null: it has no embedding)
with
plate_appearances as (
    select * from core.plate_appearances
    where season in (select unnest($seasons))
),

games as (
    select * from core.games
    where season in (select unnest($seasons))
),

embeddings as (select * from embedding_rows),

ordered_games as (
    select
        game_id,
        cast(row_number() over (order by game_date, number, game_id) as integer) as game_order
    from games
),

sides as (
    select
        game_id,
        plate_appearance,
        times_faced,
        outing_index,
        outcome,
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        if($player_type = 'batter', throws, stand) as opponent_hand,
        stand = throws as is_same_hand
    from plate_appearances
),

final as (
    select
        sides.mlbam_id,
        ordered_games.game_order,
        embeddings.embedding_row,
        cast(case sides.opponent_hand when 'L' then 1 when 'R' then 2 else 0 end as utinyint) as opponent_hand,
        cast(case when sides.is_same_hand then 2 when not sides.is_same_hand then 1 else 0 end as utinyint)
            as same_hand,
        cast(least(greatest(sides.times_faced, 0), 4) as utinyint) as times_faced,
        cast(least(greatest(sides.outing_index, 0) // 4, 7) as utinyint) as outing_part,
        cast(
            case
                when sides.outcome is null then 0
                when sides.outcome = 'home_run' then 1
                when sides.outcome in ('strikeout', 'strikeout_double_play') then 2
                when sides.outcome in ('walk', 'intentional_walk', 'hit_by_pitch') then 3
                when sides.outcome in ('single', 'double', 'triple') then 4
                else 5
            end as utinyint
        ) as outcome_kind
    from sides
    left join ordered_games on sides.game_id = ordered_games.game_id
    left join embeddings
        on
            sides.game_id = embeddings.game_id
            and sides.plate_appearance = embeddings.plate_appearance
    order by sides.mlbam_id, ordered_games.game_order, sides.plate_appearance
)

select * from final
