-- grain: one row per plate appearance of Retrosheet's regular season, finished or cut short by its half inning's end
-- A plate appearance is spread over several rows when runners move in it: each row repeats the pitches so far, the last
-- row has them all. So pitches are read from last rows only: `pa` = 1, or the last row before the half inning changes.
-- `sequence` is the string without marks (`+ * . 1 2 3 > ^`) and without N, which is no pitch.
with plays as (
    select *
    from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and list_contains($months, month(date))
),

identities as (
    select
        key_retro,
        key_mlbam
    from raw.register
    where key_retro is not null and key_mlbam is not null
),

clubs as (
    select * from vocabulary.teams
),

halves as (
    select
        gid,
        inning,
        top_bot,
        max(pn) as last_pn
    from plays
    group by gid, inning, top_bot
),

last_rows as (
    select
        plays.*,
        translate(coalesce(plays.pitches, ''), '+*.123>^N ', '') as sequence
    from plays
    inner join halves
        on plays.gid = halves.gid and plays.inning = halves.inning and plays.top_bot = halves.top_bot
    where plays.pa = 1 or plays.pn = halves.last_pn
),

-- The order matters: an error on a sacrifice is a sacrifice, and a double play on a fielder's choice is his choice.
final as (
    select
        plays.gid as game_id,
        plays.date as game_date,
        plays.pn as plate_appearance,
        plays.pa = 1 as is_finished,
        plays.inning,
        plays.top_bot = 0 as is_top,
        plays.outs_pre as outs,
        plays.outs_post - plays.outs_pre as outs_made,
        plays.runs,
        plays.batter as batter_code,
        plays.pitcher as pitcher_code,
        batters.key_mlbam as batter_id,
        pitchers.key_mlbam as pitcher_id,
        plays.site as park_id,
        plays.sequence,
        plays.hittype as hit_type_code,
        batting.team as batting_team,
        fielding.team as fielding_team,
        case when plays.bathand in ('L', 'R') then plays.bathand end as stand,
        case when plays.pithand in ('L', 'R') then plays.pithand end as throws,
        case
            when plays.hr = 1 then 'home_run'
            when plays.triple = 1 then 'triple'
            when plays.double = 1 then 'double'
            when plays.single = 1 then 'single'
            when plays.k = 1 then 'strikeout'
            when plays.iw = 1 then 'intentional_walk'
            when plays.walk = 1 then 'walk'
            when plays.hbp = 1 then 'hit_by_pitch'
            when plays.xi = 1 then 'interference'
            when plays.sf = 1 then 'sac_fly'
            when plays.sh = 1 then 'sac_bunt'
            when plays.roe = 1 then 'error'
            when plays.fc = 1 then 'fielders_choice'
            when contains(plays.event, 'GDP') then 'ground_double_play'
            when contains(plays.event, '/FO') then 'force_out'
            when plays.pa = 1 then 'out'
        end as kind
    from last_rows as plays
    left join identities as batters on plays.batter = batters.key_retro
    left join identities as pitchers on plays.pitcher = pitchers.key_retro
    left join clubs as batting on plays.batteam = batting.code
    left join clubs as fielding on plays.pitteam = fielding.code
)

select * from final
