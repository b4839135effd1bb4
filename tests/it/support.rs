//! A folder with the samples in it, and the real program running there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use scumble::picture::{Layout, Picture, decode, encode};
use serde_json::Value;
use tempfile::TempDir;

/// The sample pictures and masks that come with scumble.
pub(crate) const SAMPLES: [&str; 6] = [
    "jar.jpg",
    "jar-mask.png",
    "cup.jpg",
    "cup-mask.png",
    "hero.jpg",
    "square.jpg",
];

/// A temporary folder that the program is run in, with a home of its own.
pub(crate) struct Test {
    folder: TempDir,
    home: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Test {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            home: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    /// Small versions of the samples, so that unoptimised code is quick on them.
    pub(crate) fn with_small_samples() -> Self {
        let test = Self::new();
        for name in SAMPLES {
            let full = decode(scumble::library::sample(name).unwrap(), u64::MAX)
                .unwrap()
                .picture;
            let (w, h) = (full.width() / 6, full.height() / 6);
            let small = scumble::picture::export::scale(
                &full,
                w,
                h,
                scumble::picture::export::Filter::Bilinear,
            );
            let format = scumble::picture::Format::of_name(name).unwrap();
            test.write(name, &encode::encode(&small, format, 92).unwrap());
        }
        test
    }

    #[must_use]
    pub(crate) fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    }

    pub(crate) fn picture(&self, name: &str) -> Picture {
        decode(&self.read(name), u64::MAX).unwrap().picture
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Every file here by its path, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, into: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, into);
                } else {
                    into.push(
                        path.strip_prefix(root)
                            .unwrap()
                            .to_string_lossy()
                            .into_owned(),
                    );
                }
            }
        }
        let mut files = Vec::new();
        walk(self.folder(), self.folder(), &mut files);
        files.sort();
        files
    }

    /// The program's command, with nothing of the machine's own settings.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("XDG_CACHE_HOME", self.home.path().join("cache"))
            .env("NO_COLOR", "1")
            .env_remove("IMAGE_EDIT_PROVIDER");
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    /// Runs the program; arguments are separated by white space, except within `'…'`.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        let output = self
            .command(env!("CARGO_BIN_EXE_scumble"))
            .args(split(arguments))
            .output()
            .expect("the program starts");
        Ran::of(output)
    }

    /// Runs the program, which must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &str) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "scumble {arguments}\n{}", ran.stderr);
        ran
    }

    /// Runs the program, which must fail with this code.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, arguments: &str) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "scumble {arguments}\n{}", ran.stderr);
        ran
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The envelope that `--json` prints: exactly one line.
    #[track_caller]
    pub(crate) fn envelope(&self) -> Value {
        assert_eq!(
            self.text().lines().count(),
            1,
            "one envelope: {}",
            self.text()
        );
        serde_json::from_str(self.text()).unwrap()
    }
}

fn split(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in arguments.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// A picture with detail everywhere, the same each time.
pub(crate) fn drawn(width: u32, height: u32, layout: Layout) -> Picture {
    let samples = (0..width * height)
        .flat_map(|at| {
            let (x, y) = (at % width, at / width);
            let wave = |step: u32| ((x * step + y * 3 + (x * y) / 7) % 251) as u8;
            [wave(3), wave(5), wave(7), 255][..]
                .iter()
                .copied()
                .take(4)
                .collect::<Vec<_>>()
        })
        .collect();
    Picture::new(width, height, Layout::Rgba, samples)
        .to_layout(layout)
        .into_owned()
}
