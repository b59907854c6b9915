-- grain: one row per game and source file of the seasons from $first to $last
with rows_held as (
    select
        source_file,
        game_pk::varchar as game
    from raw.partial_pitches
    where season between $first and $last
),

final as (
    select distinct
        source_file,
        game
    from rows_held
)

select * from final
