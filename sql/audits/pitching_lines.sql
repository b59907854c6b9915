-- grain: one row per pitcher and regular-season game of a Statcast season that its plate appearances or Retrosheet hold
-- `unfinished` counts turns at bat whose last pitch tells no ending (signalled intentional balls, automatic balls and
-- strikes, a turn cut short by a third out or the game's end), `shared` those in which the pitcher was changed, and
-- `incomplete` those in whose pitches a number is missing.
with games as (
    select * from core.games
    where season = $season
),

plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

pitches as (
    select * from core.pitches
    where season = $season
),

official as (
    select * from staging.official_pitching
),

official_games as (
    select
        official.gid,
        max(games.game_id) as game_id
    from official
    left join games
        on
            official.date = games.game_date
            and official.home_team = games.home_team
            and official.game_number = games.number
    group by official.gid
),

turns as (
    select
        game_id,
        plate_appearance,
        arg_max(pitcher_id, pitch_number) as pitcher_id,
        list(distinct pitcher_id) as pitchers,
        max(pitch_number) > count(*) as is_incomplete
    from pitches
    group by game_id, plate_appearance
),

turns_of_pitchers as (
    select
        turns.game_id,
        unnest(turns.pitchers) as pitcher_id,
        turns.is_incomplete,
        len(turns.pitchers) > 1 as is_shared,
        endings.outcome is null as is_unfinished
    from turns
    left join plate_appearances as endings
        on turns.game_id = endings.game_id and turns.plate_appearance = endings.plate_appearance
),

doubts as (
    select
        game_id,
        pitcher_id,
        count(*) filter (where is_unfinished) as unfinished,
        count(*) filter (where is_shared) as shared,
        count(*) filter (where is_incomplete) as incomplete
    from turns_of_pitchers
    group by game_id, pitcher_id
),

told as (
    select
        game_id,
        pitcher_id,
        count(*) as bf,
        sum(h) as h,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh
    from plate_appearances
    group by game_id, pitcher_id
),

lines as (
    select
        official.*,
        official_games.game_id
    from official
    inner join official_games on official.gid = official_games.gid
),

final as (
    select
        lines.gid,
        lines.pitcher_code,
        lines.game_id is not null as has_game,
        lines.gid is not null as is_official,
        told.game_id is not null as is_told,
        coalesce(lines.game_id, told.game_id) as game_id,
        coalesce(lines.mlbam_id, told.pitcher_id) as pitcher_id,
        coalesce(lines.p_bfp, 0) as official_bf,
        coalesce(lines.p_h, 0) as official_h,
        coalesce(lines.p_hr, 0) as official_hr,
        coalesce(lines.p_w, 0) as official_bb,
        coalesce(lines.p_iw, 0) as official_ibb,
        coalesce(lines.p_k, 0) as official_so,
        coalesce(lines.p_hbp, 0) as official_hbp,
        coalesce(lines.p_sf, 0) as official_sf,
        coalesce(lines.p_sh, 0) as official_sh,
        coalesce(told.bf, 0) as told_bf,
        coalesce(told.h, 0) as told_h,
        coalesce(told.hr, 0) as told_hr,
        coalesce(told.bb, 0) as told_bb,
        coalesce(told.ibb, 0) as told_ibb,
        coalesce(told.so, 0) as told_so,
        coalesce(told.hbp, 0) as told_hbp,
        coalesce(told.sf, 0) as told_sf,
        coalesce(told.sh, 0) as told_sh,
        coalesce(doubts.unfinished, 0) as unfinished,
        coalesce(doubts.shared, 0) as shared,
        coalesce(doubts.incomplete, 0) as incomplete
    from lines
    full outer join told on lines.game_id = told.game_id and lines.mlbam_id = told.pitcher_id
    left join doubts
        on
            coalesce(lines.game_id, told.game_id) = doubts.game_id
            and coalesce(lines.mlbam_id, told.pitcher_id) = doubts.pitcher_id
)

select * from final
