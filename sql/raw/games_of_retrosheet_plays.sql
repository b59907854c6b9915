-- grain: one row per game and source file of the seasons from $first to $last
with rows_held as (
    select
        source_file,
        gid::varchar as game
    from raw.retrosheet_plays
    where season between $first and $last
),

final as (
    select distinct
        source_file,
        game
    from rows_held
)

select * from final
