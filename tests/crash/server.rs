//! The shop's binary as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

/// A running shop. Dropped or killed, it ends as a power cut would end it.
pub(crate) struct Server {
    pub(crate) url: String,
    process: Child,
}

impl Server {
    /// Starts a shop over a database and waits until it says where it is open.
    pub(crate) async fn start(database: &str) -> Self {
        let database = database.to_owned();
        tokio::task::spawn_blocking(move || Self::run(&database)).await.unwrap()
    }

    fn run(database: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shelfwise"))
            .args(["serve", "--listen", "127.0.0.1:0", "--empty"])
            .env("SHELFWISE__DATABASE__URL", database)
            .env("SHELFWISE__DEMO__ENABLED", "false")
            .env("SHELFWISE__SERVER__RATE_PER_SECOND", "100000")
            .env("SHELFWISE__SERVER__RATE_BURST", "100000")
            .env("SHELFWISE__LOG__FILTER", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the shop's binary");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a greeting");
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in {line:?}")).trim_end_matches(',').to_owned();
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        Self { url, process }
    }

    /// Ends the process at once: no signal handler, no destructor, nothing flushed.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("its end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
