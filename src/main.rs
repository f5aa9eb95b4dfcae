//! The `shelfwise` binary: parse the command line and hand over.

use std::process::ExitCode;

fn main() -> ExitCode {
    shelfwise::cli::main()
}
