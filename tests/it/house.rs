//! The house: rooms, floors, and the homes of foreign crates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms from the ground up. A file imports only from floors below its own, or from its own room.
const FLOORS: [&[&str]; 10] = [
    &["source", "suggest", "money"],
    &["error"],
    &["fs"],
    &["picture", "store"],
    &["recipe"],
    &["provider", "library"],
    &["route"],
    &["engine"],
    &["cli"],
    &["main", "lib"],
];

/// Foreign crates with one home.
const HOMES: [(&str, &str); 17] = [
    ("anstream", "cli"),
    ("anstyle", "cli"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("etcetera", "cli"),
    ("fast_image_resize", "picture"),
    ("fearless_simd", "picture"),
    ("image", "picture"),
    ("indicatif", "cli"),
    ("jiff", "cli"),
    ("jpeg_encoder", "picture"),
    ("libdeflater", "picture"),
    ("minijinja", "recipe"),
    ("png", "picture"),
    ("sha2", "store"),
    ("tempfile", "fs"),
    ("toml", "recipe"),
];

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| {
            panic!("the room `{room}` has no floor: add it to FLOORS and docs/architecture.md")
        })
}

fn files() -> Vec<PathBuf> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                into.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    files.sort();
    files
}

/// The room of a file: the first folder below `src`, or the file's own stem.
fn room(path: &Path) -> String {
    let below = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    let first = below.components().next().unwrap();
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The file without tests and comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms a text names after `crate::`, also inside `crate::{…}`.
fn imports(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let end = list.find("};").unwrap_or(list.len());
                rooms.extend(list[..end].split(',').map(|part| word(part.trim())));
            }
            None => rooms.push(word(rest)),
        }
    }
    rooms.retain(|room| !room.is_empty());
    for room in &mut rooms {
        // The root re-exports the error types.
        if ["Error", "ErrorKind", "Result"].contains(&room.as_str()) {
            *room = "error".into();
        }
    }
    rooms
}

#[test]
fn a_file_imports_only_from_floors_below() {
    let mut wrong = Vec::new();
    let mut edges: BTreeMap<String, usize> = BTreeMap::new();
    for path in files() {
        let own = room(&path);
        for other in imports(&code(&path)) {
            *edges.entry(format!("{own} → {other}")).or_default() += 1;
            if other != own && floor(&other) >= floor(&own) {
                wrong.push(format!("{} imports `{other}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        edges.contains_key("engine → route"),
        "the test sees imports: {edges:?}"
    );
}

#[test]
fn foreign_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for path in files() {
        let (own, code) = (room(&path), code(&path));
        for (name, home) in HOMES {
            let used = [
                format!("use {name}::"),
                format!(" {name}::"),
                format!("({name}::"),
            ];
            if own != home && used.iter().any(|form| code.contains(form.as_str())) {
                wrong.push(format!(
                    "{} uses `{name}`, whose home is `{home}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_architecture_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    for path in files() {
        let below = path
            .strip_prefix(root.join("src"))
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let name = below
            .trim_end_matches("/mod.rs")
            .trim_end_matches(".rs")
            .to_owned();
        assert!(
            page.contains(&format!("`{name}`")),
            "docs/architecture.md does not name `{name}`"
        );
    }
}

#[test]
fn files_stay_small() {
    for path in files() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines: split it by idea",
            path.display()
        );
    }
}
