//! A real PostgreSQL for the tests: the one named by `SHELFWISE_TEST_POSTGRES_URL`, or one started here as an
//! ordinary user and stopped when this process ends, however it ends.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use shelfwise::storage::sql::{ConnectOptions, connect};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::{Mutex, OnceCell};

const URL: &str = "SHELFWISE_TEST_POSTGRES_URL";
const SKIP: &str = "SHELFWISE_TEST_SKIP_POSTGRES";

/// Starts a server below a new folder and reports the folder; stops it and removes the folder when its own standard
/// input ends, which happens when the tests do. Root may not run PostgreSQL, so root hands it to somebody else.
const KEEPER: &str = r#"
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/shelfwise-postgres.XXXXXX")
server=
finish() {
    if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT
as=
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    chown "$owner" "$folder"
    chmod 755 "$folder"
    as="setpriv --reuid=$(id -u "$owner") --regid=$(id -g "$owner") --clear-groups --"
fi
cd "$folder"
$as "$1/initdb" -D "$folder/data" -U shelfwise -A trust -E UTF8 --locale=C --no-sync >"$folder.log" 2>&1 || {
    cat "$folder.log" >&2; rm -f "$folder.log"; exit 1
}
rm -f "$folder.log"
$as "$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=$2 -c synchronous_commit=$2 \
    -c full_page_writes=$2 -c max_connections=300 -c shared_buffers=64MB -c logging_collector=off \
    >"$folder/log" 2>&1 </dev/null &
server=$!
tries=0
until "$1/pg_isready" -q -h "$folder"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ]; then cat "$folder/log" >&2; exit 1; fi
    sleep 0.1
done
echo "$folder"
cat >/dev/null
"#;

/// The server of this process. Never dropped, and need not be: its keeper sees our end of the pipe close.
struct Server {
    url: String,
    is_ours: bool,
    _keeper: Option<Child>,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database of one test, with the schema in place.
pub(crate) struct Database {
    pub(crate) url: String,
    name: String,
    is_ours: bool,
    admin: String,
}

impl Database {
    /// A fresh database; `None` when tests may do without PostgreSQL.
    pub(crate) async fn create() -> Option<Self> {
        Self::create_on(SERVER.get_or_init(|| find_server("off")).as_ref()?).await
    }

    /// A fresh database whose commits reach the disk before they are acknowledged; the tests' own do not. For
    /// programs that ask for nothing else.
    #[allow(dead_code, reason = "for the benchmarks, which share this file with the tests")]
    pub(crate) async fn create_durable() -> Option<Self> {
        Self::create_on(SERVER.get_or_init(|| find_server("on")).as_ref()?).await
    }

    async fn create_on(server: &'static Server) -> Option<Self> {
        let template = TEMPLATE.get_or_init(|| make_template(server)).await;
        let name = new_name();
        let _turn = ONE_AT_A_TIME.lock().await;
        run(&server.url, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Some(Self {
            url: with_database(&server.url, &name),
            name,
            is_ours: server.is_ours,
            admin: server.url.clone(),
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.is_ours {
            return; // It goes with the server.
        }
        let (admin, sql) = (self.admin.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&admin, sql));
        });
        let _ = dropping.join();
    }
}

async fn make_template(server: &Server) -> String {
    let name = new_name();
    run(&server.url, format!("CREATE DATABASE {name}")).await;
    let store = connect(&ConnectOptions::new(with_database(&server.url, &name)))
        .await
        .expect("the schema applies to PostgreSQL");
    store.close().await;
    name
}

async fn run(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.expect("the PostgreSQL of the tests answers");
    connection.execute(AssertSqlSafe(sql)).await.expect("the PostgreSQL of the tests obeys");
}

fn new_name() -> String {
    format!("shelfwise_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn with_database(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).expect("a PostgreSQL URL");
    url.set_path(name);
    url.to_string()
}

fn find_server(durable: &str) -> Option<Server> {
    if let Ok(url) = env::var(URL) {
        return Some(Server { url, is_ours: false, _keeper: None });
    }
    let Some(programs) = find_programs() else {
        let missing = format!(
            "PostgreSQL is missing: apt-get install postgresql, or set {URL}, or {SKIP}=1 to test on SQLite alone"
        );
        let skipped = env::var(SKIP).is_ok_and(|value| value == "1") && env::var_os("CI").is_none();
        assert!(skipped, "{missing}");
        eprintln!("{missing}");
        return None;
    };
    Some(start(&programs, durable))
}

/// The folder of the server's programs: on the PATH, or the newest where Debian puts them.
fn find_programs() -> Option<PathBuf> {
    let complete =
        |folder: &Path| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    let on_path: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    on_path
        .into_iter()
        .chain(versions.into_iter().rev().map(|(_, folder)| folder))
        .find(|folder| complete(folder))
}

fn start(programs: &Path, durable: &str) -> Server {
    let mut keeper = Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(programs)
        .arg(durable)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut folder = String::new();
    let output = keeper.stdout.take().expect("a pipe");
    BufReader::new(output).read_line(&mut folder).expect("a line");
    let folder = folder.trim();
    assert!(!folder.is_empty(), "PostgreSQL did not start; its reasons are above");
    let host: String = url::form_urlencoded::byte_serialize(folder.as_bytes()).collect();
    Server {
        url: format!("postgres://shelfwise@localhost/postgres?host={host}"),
        is_ours: true,
        _keeper: Some(keeper),
    }
}
