//! The `triptych` program.

use std::process::ExitCode;

/// Documents are made of very many small pieces, which this allocator gives and takes faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    triptych::cli::main()
}
