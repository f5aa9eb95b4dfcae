//! Holds the promises a machine can check: which part may use which, and how a source file opens.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_under(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            if !["target", "node_modules", "dist"].iter().any(|skipped| path.ends_with(skipped)) {
                found.extend(files_under(&path, extension));
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("a path of this repository").to_string_lossy().replace('\\', "/")
}

/// Files under `folder` whose code (comments aside) names `word` as a path, except under the `allowed` places.
fn users_of(word: &str, folder: &str, allowed: &[&str]) -> Vec<String> {
    let names_it = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices(word).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + word.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"')
                && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    };
    files_under(&root().join(folder), "rs")
        .into_iter()
        .filter(|path| !allowed.iter().any(|place| relative(path).starts_with(place)))
        .filter(|path| fs::read_to_string(path).expect("a readable source").lines().any(names_it))
        .map(|path| relative(&path))
        .collect()
}

fn assert_none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

#[test]
fn sqlx_is_named_only_by_the_sql_storage_and_the_composition_root() {
    assert_none(
        users_of("sqlx", "src", &["src/storage/sql", "src/app.rs"]),
        "sqlx is named outside storage/sql",
    );
}

#[test]
fn async_graphql_is_named_only_by_graphql_and_http() {
    assert_none(
        users_of("async_graphql", "src", &["src/graphql", "src/http"]),
        "async_graphql is named outside graphql and http",
    );
}

#[test]
fn axum_is_named_only_by_http() {
    assert_none(users_of("axum", "src", &["src/http", "src/app"]), "axum is named outside http");
}

#[test]
fn redis_is_named_only_by_cache_and_bus() {
    assert_none(users_of("redis", "src", &["src/cache", "src/bus"]), "redis is named outside cache and bus");
}

#[test]
fn the_domain_is_plain() {
    for word in
        ["serde", "sqlx", "async_graphql", "axum", "tokio", "async fn", "crate::storage", "crate::services"]
    {
        assert_none(users_of(word, "src/domain", &[]), &format!("the domain uses {word}"));
    }
}

#[test]
fn graphql_never_reaches_into_the_sql_storage() {
    assert_none(users_of("storage::sql", "src/graphql", &[]), "graphql names storage::sql");
    assert_none(users_of("storage::sql", "src/services", &[]), "services name storage::sql");
}

#[test]
fn the_strategies_do_no_io_and_know_no_clock() {
    for word in ["tokio", "sqlx", "async_graphql", "axum", "redis", "moka", "SystemTime", "std::net"] {
        assert_none(users_of(word, "strategies/src", &[]), &format!("strategies use {word}"));
    }
}

#[test]
fn the_strategies_depend_only_on_what_is_listed_here() {
    const ALLOWED: [&str; 13] = [
        "arc-swap",
        "crc32fast",
        "faer",
        "postcard",
        "pulp",
        "rand",
        "rand_chacha",
        "rayon",
        "rustc-hash",
        "serde",
        "serde_json",
        "smartcore",
        "thiserror",
    ];
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("strategies/Cargo.toml")).expect("a manifest"))
            .expect("valid TOML");
    let surplus: Vec<String> = manifest["dependencies"]
        .as_table()
        .expect("dependencies")
        .keys()
        .filter(|name| !ALLOWED.contains(&name.as_str()))
        .cloned()
        .collect();
    assert_none(surplus, "strategies depend on more than the list in tests/tidy.rs");
}

#[test]
fn every_source_file_says_in_its_first_line_what_it_is() {
    let mut silent = Vec::new();
    for folder in ["src", "strategies", "tests", "benches"] {
        for path in files_under(&root().join(folder), "rs") {
            let text = fs::read_to_string(&path).expect("a readable source");
            if !text.starts_with("//! ") {
                silent.push(relative(&path));
            }
        }
    }
    assert_none(silent, "files that do not open with a `//!` sentence");
}

#[test]
fn no_source_file_outgrows_its_reader() {
    let mut long = Vec::new();
    for folder in ["src", "strategies/src", "tests"] {
        for path in files_under(&root().join(folder), "rs") {
            let lines = fs::read_to_string(&path).expect("a readable source").lines().count();
            if lines > 500 {
                long.push(format!("{} ({lines} lines)", relative(&path)));
            }
        }
    }
    assert_none(long, "files over 500 lines");
}

#[test]
fn both_databases_have_the_same_list_of_migrations() {
    let names = |folder: &str| -> Vec<String> {
        files_under(&root().join(folder), "sql")
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect()
    };
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}

#[test]
fn unfinished_work_is_not_shipped() {
    let markers = ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore"];
    let mut found = Vec::new();
    for folder in ["src", "strategies/src", "frontend/src"] {
        for extension in ["rs", "ts", "tsx"] {
            for path in files_under(&root().join(folder), extension) {
                let text = fs::read_to_string(&path).expect("a readable source");
                if markers.iter().any(|marker| text.contains(marker)) {
                    found.push(relative(&path));
                }
            }
        }
    }
    assert_none(found, "files with markers of unfinished work");
}
