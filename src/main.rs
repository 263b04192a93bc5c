//! The `triptych` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    triptych::cli::main()
}
