//! Bad inputs, each with its exact message and exit code.
//!
//! A case is a folder `tests/bad/ROOM/NAME` with the bad files, `args` (one argument per line) and
//! `expected` (`exit N`, then the text on standard error). Ordinary pictures are drawn here.
//! Adding a case = adding a folder, then `SCUMBLE_BLESS=1 cargo test bad`, then reading `expected`.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read and write files with the standard library"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pretty_assertions::StrComparison;
use scumble::picture::{Format, Layout, Picture, encode};
use serde_json::Value;
use tempfile::TempDir;

/// Fewer cases than this mean that the corpus was not found.
const FEWEST: usize = 40;

/// Files of a case that describe it and are not its input.
const DESCRIPTION: [&str; 2] = ["args", "expected"];

/// Cases that are run with `--json` too: one of each kind of error that a wrong input can cause.
const AS_JSON: [(&str, &str); 10] = [
    ("recipe/unknown-key", "recipe"),
    ("recipe/name-near-miss", "usage"),
    ("template/unknown-filter", "prompt"),
    ("param/given-no-pair", "usage"),
    ("param/brand-wrong-colour", "config"),
    ("picture/jpeg-cut-off", "input"),
    ("mask/two-readings", "input"),
    ("output/exists", "usage"),
    ("route/mock-refuses", "refused"),
    ("route/tier-without-provider", "no_route"),
];

/// Every path below a folder with its bytes; folders have none.
type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// One case, laid out in a folder of its own.
struct Case {
    home: PathBuf,
    args: Vec<String>,
    folder: TempDir,
    config_and_cache: TempDir,
}

impl Case {
    fn lay_out(name: &str) -> Result<Self, String> {
        let home = corpus().join(name);
        let text = |fault| format!("`args` cannot be read: {fault}");
        let args = std::fs::read_to_string(home.join("args")).map_err(text)?;
        let folder = || tempfile::tempdir().map_err(|fault| format!("no folder: {fault}"));
        let case = Self {
            args: args.lines().map(str::to_owned).collect(),
            folder: folder()?,
            config_and_cache: folder()?,
            home,
        };
        draw_good_pictures(case.folder.path())?;
        copy(&case.home, case.folder.path())?;
        Ok(case)
    }

    fn run(&self, more: &[&str]) -> Result<Output, String> {
        let home = self.config_and_cache.path();
        Command::new(env!("CARGO_BIN_EXE_scumble"))
            .args(&self.args)
            .args(more)
            .current_dir(self.folder.path())
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_CACHE_HOME", home)
            .env("NO_COLOR", "1")
            .env_remove("IMAGE_EDIT_PROVIDER")
            .env_remove("COLUMNS")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null())
            .output()
            .map_err(|fault| format!("the program does not start: {fault}"))
    }

    /// Runs the program and says what it left behind: nothing may be added, changed or lost.
    fn run_leaving_nothing(&self, more: &[&str]) -> Result<Output, String> {
        let before = tree(self.folder.path())?;
        let output = self.run(more)?;
        let after = tree(self.folder.path())?;
        for (path, bytes) in &before {
            match after.get(path) {
                None => return Err(format!("`{}` is lost", path.display())),
                Some(now) if now != bytes => {
                    return Err(format!("`{}` was changed", path.display()));
                }
                Some(_) => {}
            }
        }
        if let Some(path) = after.keys().find(|path| !before.contains_key(*path)) {
            return Err(format!("`{}` was left behind", path.display()));
        }
        match tree(self.config_and_cache.path())?.keys().next() {
            Some(path) => Err(format!("`{}` was left in the cache", path.display())),
            None => Ok(output),
        }
    }

    /// The exit code and standard error, with the folder's own path as `[here]`.
    fn found(&self, output: &Output) -> Result<String, String> {
        let stderr = std::str::from_utf8(&output.stderr)
            .map_err(|fault| format!("standard error is not UTF-8: {fault}"))?;
        let mut shown = stderr.to_owned();
        let real = self.folder.path().canonicalize().ok();
        for path in real
            .iter()
            .map(PathBuf::as_path)
            .chain([self.folder.path()])
        {
            shown = shown.replace(&*path.to_string_lossy(), "[here]");
        }
        Ok(format!("exit {}\n{shown}", code(output)?))
    }

    fn check(&self) -> Result<(), String> {
        let output = self.run_leaving_nothing(&[])?;
        let found = self.found(&output)?;
        if !output.stdout.is_empty() {
            let text = String::from_utf8_lossy(&output.stdout);
            return Err(format!("standard output is not empty:\n{text}"));
        }
        if output.status.success() {
            return Err("the program took it".to_owned());
        }
        let path = self.home.join("expected");
        if std::env::var_os("SCUMBLE_BLESS").is_some() {
            return std::fs::write(&path, found)
                .map_err(|fault| format!("`expected` cannot be written: {fault}"));
        }
        let expected = std::fs::read_to_string(&path)
            .map_err(|fault| format!("`expected` cannot be read: {fault}\n{found}"))?;
        if found == expected {
            return Ok(());
        }
        Err(StrComparison::new(&expected, &found).to_string())
    }

    /// With `--json` there is one envelope, nothing else, and the same exit code.
    fn check_json(&self, code_word: &str) -> Result<(), String> {
        let plain = code(&self.run(&[])?)?;
        let output = self.run_leaving_nothing(&["--json"])?;
        let stdout = std::str::from_utf8(&output.stdout)
            .map_err(|fault| format!("standard output is not UTF-8: {fault}"))?;
        let envelope: Value = serde_json::from_str(stdout)
            .map_err(|fault| format!("standard output is not one envelope: {fault}\n{stdout}"))?;
        let holds = [
            ("one line", stdout.lines().count() == 1),
            ("`ok` is false", envelope["ok"] == false),
            ("`error.code`", envelope["error"]["code"] == code_word),
            ("`error.message`", envelope["error"]["message"].is_string()),
            ("standard error is empty", output.stderr.is_empty()),
            ("the same exit code", code(&output)? == plain),
        ];
        match holds.iter().find(|(_, holds)| !holds) {
            Some((what, _)) => Err(format!("with --json, not so: {what}\n{stdout}")),
            None => Ok(()),
        }
    }
}

#[test]
fn every_bad_input_has_its_message() {
    let names = names();
    assert!(
        names.len() >= FEWEST,
        "only {} cases below {}",
        names.len(),
        corpus().display()
    );
    report(names.iter().map(|name| (name.as_str(), Case::check)));
}

#[test]
fn errors_are_one_envelope_with_json() {
    report(AS_JSON.map(|(name, word)| (name, move |case: &Case| case.check_json(word))));
}

/// Runs a check on every case, and fails once with all that went wrong.
fn report<'a, C>(checks: impl IntoIterator<Item = (&'a str, C)>)
where
    C: Fn(&Case) -> Result<(), String>,
{
    let mut failures = Vec::new();
    for (name, check) in checks {
        if let Err(why) = Case::lay_out(name).and_then(|case| {
            check(&case).map_err(|why| format!("scumble {}\n{why}", case.args.join(" ")))
        }) {
            failures.push(format!("── {name}\n{why}\n"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases failed\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

/// `room/case`, sorted.
fn names() -> Vec<String> {
    let mut names = Vec::new();
    for room in entries(&corpus()).unwrap_or_default() {
        for case in entries(&room).unwrap_or_default() {
            if let Ok(name) = case.strip_prefix(corpus()) {
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    names.sort();
    names
}

fn code(output: &Output) -> Result<i32, String> {
    let died = || format!("the program died of a signal: {}", output.status);
    output.status.code().ok_or_else(died)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |fault| format!("`{}` cannot be listed: {fault}", folder.display());
    std::fs::read_dir(folder)
        .map_err(wrong)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(wrong))
        .collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|fault| format!("`{}` cannot be read: {fault}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes)
        .map_err(|fault| format!("`{}` cannot be written: {fault}", path.display()))
}

/// Copies what a case needs, and leaves its description behind.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for path in entries(from)? {
        let Some(name) = path.file_name() else {
            continue;
        };
        if DESCRIPTION.iter().any(|own| name == *own) {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            std::fs::create_dir(&target)
                .map_err(|fault| format!("`{}`: {fault}", target.display()))?;
            copy(&path, &target)?;
        } else {
            write(&target, &read(&path)?)?;
        }
    }
    Ok(())
}

fn tree(folder: &Path) -> Result<Tree, String> {
    let mut found = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in entries(&next)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            if path.is_dir() {
                found.insert(name, None);
                open.push(path);
            } else {
                found.insert(name, Some(read(&path)?));
            }
        }
    }
    Ok(found)
}

/// `good.png`, `good.jpg` and `good-mask.png`, which marks an object in the middle.
fn draw_good_pictures(folder: &Path) -> Result<(), String> {
    let (width, height) = (64_u32, 48_u32);
    let at = |place: u32| (place % width, place / width);
    let colors = (0..width * height).flat_map(|place| {
        let (x, y) = at(place);
        [(x * 3 + 40) as u8, (y * 4 + 30) as u8, (x + y) as u8]
    });
    let picture = Picture::new(width, height, Layout::Rgb, colors.collect());
    let marks = (0..width * height).map(|place| {
        let (x, y) = at(place);
        let inside = (16..48).contains(&x) && (12..36).contains(&y);
        if inside { 255 } else { 0 }
    });
    let mask = Picture::new(width, height, Layout::Grey, marks.collect());
    for (name, picture, format) in [
        ("good.png", &picture, Format::Png),
        ("good.jpg", &picture, Format::Jpeg),
        ("good-mask.png", &mask, Format::Png),
    ] {
        let bytes = encode::encode(picture, format, encode::JPEG_QUALITY)
            .map_err(|fault| format!("{name}: {fault}"))?;
        write(&folder.join(name), &bytes)?;
    }
    Ok(())
}
