//! What the local work of one edit costs: median CPU milliseconds on one thread, beside the same
//! steps done with plain `image` calls in the same run.
//!
//! ```text
//! cargo bench                              a table
//! cargo bench -- --json                    one JSON line
//! cargo bench -- --inputs FOLDER           with the files of a folder instead of drawn ones
//! cargo bench -- --write FOLDER            the drawn files, and no figures
//! ```
//!
//! `docs/benchmarks.md` says what the figures mean; `benches/run.sh` adds other tools.

#![expect(clippy::print_stdout, reason = "a benchmark's output is its table")]

mod inputs;
mod plain;
mod whole;

use std::hint::black_box;
use std::path::PathBuf;

use rustix::time::{ClockId, clock_gettime};
use scumble::picture::decode::MAX_PIXELS;
use scumble::picture::drift::{change, check_lock, drift};
use scumble::picture::encode::{self, JPEG_QUALITY, PngSize, encode};
use scumble::picture::{
    Feather, FeatherInto, Format, Layout, Mask, Picture, Weights, composite, decode,
};
use serde_json::{Value, json};

use inputs::Inputs;
use plain::plain;
use whole::Whole;

const SIZES: [(u32, u32); 2] = [(1024, 1024), (1080, 1920)];

/// The laps of a round, in order.
const STEPS: [&str; 13] = [
    "decode JPEG",
    "import mask",
    "feather 8 px",
    "place",
    "encode upload",
    "decode PNG",
    "composite",
    "drift figures",
    "lock check",
    "encode PNG",
    "encode upload, small",
    "encode PNG, small",
    "encode JPEG",
];
/// What an edit is made of: before the reply, after it, and both with the setting for small files.
/// Without the figures `plain` does no less than we do.
const SUMS: [(&str, &[usize]); 5] = [
    ("request", &[0, 1, 2, 3, 4]),
    ("return", &[5, 6, 7, 8, 9]),
    ("return, no figures", &[5, 6, 8, 9]),
    ("request, small", &[0, 1, 2, 3, 10]),
    ("return, small", &[5, 6, 7, 8, 11]),
];
/// The files a round encodes, in order.
const FILES: [&str; 5] = ["upload", "PNG", "upload, small", "PNG, small", "JPEG"];

/// Rounds that are measured: enough for a steady median, few enough to end in a minute or two.
const ROUNDS: usize = 15;
/// Width of the ramp.
const FEATHER: Feather = Feather {
    pixels: 8.0,
    into: FeatherInto::Edit,
};

fn main() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .expect("nothing has used the pool yet");
    // Cargo adds flags of its own, so unknown ones are passed over.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = |flag: &str| {
        let at = arguments.iter().position(|word| word == flag)?;
        let folder = arguments.get(at + 1).map(PathBuf::from);
        Some(folder.unwrap_or_else(|| panic!("`{flag}` takes a folder")))
    };
    let inputs = SIZES.map(|size| match folder("--inputs") {
        Some(folder) => Inputs::read(&folder, size),
        None => Inputs::draw(size),
    });
    if let Some(folder) = folder("--write") {
        for input in &inputs {
            input.write(&folder);
        }
        return;
    }
    let figures: Vec<Figures> = inputs.iter().map(Figures::measure).collect();
    if arguments.iter().any(|word| word == "--json") {
        let sizes: Vec<Value> = figures.iter().map(Figures::json).collect();
        println!("{}", json!({ "rounds": ROUNDS, "sizes": sizes }));
    } else {
        for figures in &figures {
            figures.print();
        }
    }
}

/// The CPU time of this process so far, in milliseconds.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// One run through all steps.
#[derive(Default)]
struct Round {
    laps: Vec<f64>,
    /// The sizes of the encoded files.
    bytes: Vec<usize>,
}

impl Round {
    fn lap<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = cpu_time();
        let value = black_box(work());
        self.laps.push(cpu_time() - begun);
        value
    }

    fn encode<E: std::fmt::Debug>(&mut self, work: impl FnOnce() -> Result<Vec<u8>, E>) {
        let bytes = self.lap(work).expect("the format holds the picture");
        self.bytes.push(bytes.len());
    }
}

/// All steps as the engine takes them.
fn ours(inputs: &Inputs) -> Round {
    let mut round = Round::default();
    let open = |bytes: &[u8]| {
        decode(bytes, MAX_PIXELS)
            .expect("the bytes are a picture")
            .picture
    };
    let source = round.lap(|| open(&inputs.source_jpeg));
    let (mask, _) = round
        .lap(|| Mask::import(&open(&inputs.mask_png), None))
        .expect("only alpha varies");
    let weights = round.lap(|| Weights::new(&mask, FEATHER, None));
    let upload = round.lap(|| place(&source, &mask));
    round.encode(|| encode::png(&upload));
    let reply = round.lap(|| open(&inputs.reply_png));
    let result = round.lap(|| composite(&source, &reply, &weights));
    round.lap(|| {
        (
            drift(&source, &reply, &weights),
            change(&source, &result, &weights),
        )
    });
    let lock = round.lap(|| check_lock(&source, &result, &weights));
    assert_eq!(lock.changed, 0, "the promise");
    round.encode(|| encode::png(&result));
    round.encode(|| encode::png_of_size(&upload, PngSize::Small));
    round.encode(|| encode::png_of_size(&result, PngSize::Small));
    round.encode(|| encode(&result, Format::Jpeg, JPEG_QUALITY));
    round
}

/// The source in the middle of a canvas a quarter taller, transparent where it may change.
fn place(source: &Picture, mask: &Mask) -> Picture {
    let (width, height) = source.size();
    let taller = height + height / 4;
    let mut samples = vec![0; width as usize * taller as usize * 4];
    let top = (taller - height) as usize / 2 * width as usize * 4;
    let pixels = samples[top..].as_chunks_mut::<4>().0.iter_mut();
    for ((pixel, [r, g, b]), coverage) in pixels.zip(source.rgb()).zip(mask.coverage()) {
        *pixel = [r, g, b, 255 - coverage];
    }
    Picture::new(width, taller, Layout::Rgba, samples)
}

/// The medians of one picture size.
struct Figures {
    size: String,
    rows: Vec<Row>,
    /// The sizes of the files, ours and those of plain calls.
    bytes: [Vec<usize>; 2],
    whole: Vec<Whole>,
}

struct Row {
    step: &'static str,
    ours: f64,
    plain: f64,
}

impl Figures {
    fn measure(inputs: &Inputs) -> Self {
        // A round to fill caches and tables; then both take turns, so that a busy moment of the
        // machine falls on both.
        let whole = Whole::measure(inputs);
        let bytes = [ours(inputs).bytes, plain(inputs).bytes];
        let (ours, plain): (Vec<Round>, Vec<Round>) =
            (0..ROUNDS).map(|_| (ours(inputs), plain(inputs))).unzip();
        let row = |step, laps: &[usize]| Row {
            step,
            ours: median(&ours, laps),
            plain: median(&plain, laps),
        };
        let steps = STEPS.iter().enumerate();
        let mut rows: Vec<Row> = steps.map(|(at, step)| row(step, &[at])).collect();
        rows.extend(SUMS.map(|(sum, laps)| row(sum, laps)));
        Self {
            size: inputs.size.clone(),
            rows,
            bytes,
            whole,
        }
    }

    fn print(&self) {
        println!(
            "{:<20} {:>9} {:>9} {:>6}",
            self.size, "ours ms", "plain ms", "ratio"
        );
        for row in &self.rows {
            println!(
                "{:<20} {:>9.2} {:>9.2} {:>5.1}×",
                row.step,
                row.ours,
                row.plain,
                row.plain / row.ours
            );
        }
        let [ours, plain] = &self.bytes;
        for ((file, ours), plain) in FILES.iter().zip(ours).zip(plain) {
            let name = format!("{file}, kB");
            println!("{name:<20} {:>9} {:>9}", ours / 1000, plain / 1000);
        }
        self.whole.iter().for_each(Whole::print);
        println!();
    }

    fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| json!({ "step": row.step, "ours": row.ours, "plain": row.plain }))
            .collect();
        let [ours, plain] = &self.bytes;
        let files = FILES.iter().zip(ours).zip(plain);
        let files: Vec<Value> = files
            .map(|((file, ours), plain)| json!({ "file": file, "ours": ours, "plain": plain }))
            .collect();
        let whole: Vec<Value> = self.whole.iter().map(Whole::json).collect();
        json!({ "size": self.size, "rows": rows, "files": files, "whole": whole })
    }
}

/// The median over the rounds of what these laps took together.
fn median(rounds: &[Round], laps: &[usize]) -> f64 {
    let mut sums: Vec<f64> = rounds
        .iter()
        .map(|round| laps.iter().map(|lap| round.laps[*lap]).sum())
        .collect();
    sums.sort_by(f64::total_cmp);
    sums[sums.len() / 2]
}
