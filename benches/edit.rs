//! What the local work of one edit costs: median CPU milliseconds on one thread, beside the same
//! steps done with plain `image` calls in the same run.
//!
//! ```text
//! cargo bench                              a table
//! cargo bench -- --json                    one JSON line
//! cargo bench -- --write FOLDER            the input files, and no figures
//! ```
//!
//! `docs/benchmarks.md` says what the figures mean; `benches/run.sh` adds other tools.

#![expect(clippy::print_stdout, reason = "a benchmark's output is its table")]

use std::hint::black_box;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use rustix::time::{ClockId, clock_gettime};
use scumble::fs::{self, Existing};
use scumble::picture::decode::MAX_PIXELS;
use scumble::picture::drift::{change, check_lock, drift};
use scumble::picture::encode::{self, JPEG_QUALITY, encode};
use scumble::picture::{
    Feather, FeatherInto, Format, Layout, Mask, Picture, Weights, composite, decode,
};
use serde_json::{Value, json};

const SIZES: [(u32, u32); 2] = [(1024, 1024), (1080, 1920)];

/// The laps of a round, in order.
const STEPS: [&str; 9] = [
    "decode JPEG",
    "import mask",
    "feather 8 px",
    "decode PNG",
    "composite",
    "drift figures",
    "lock check",
    "encode PNG",
    "encode JPEG",
];
/// The laps before a reply: source, mask, feather.
const REQUEST: &[usize] = &[0, 1, 2];
/// The laps after it: reply, composite, figures, lock, PNG.
const RETURN: &[usize] = &[3, 4, 5, 6, 7];
/// The same without the figures: there alone `plain` does less than we do.
const RETURN_WITHOUT_FIGURES: &[usize] = &[3, 4, 6, 7];

/// Rounds that are measured: enough for a steady median, few enough to end in under a minute.
const ROUNDS: usize = 25;
/// Width of the ramp.
const FEATHER: Feather = Feather {
    pixels: 8.0,
    into: FeatherInto::Edit,
};
/// A blur whose ramp is about as wide as the feather.
const SIGMA: f32 = FEATHER.pixels / 2.0;

fn main() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .expect("nothing has used the pool yet");
    // Cargo adds flags of its own, so unknown ones are passed over.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let inputs = SIZES.map(|(width, height)| Inputs::new(width, height));
    if let Some(at) = arguments.iter().position(|word| word == "--write") {
        let folder = arguments
            .get(at + 1)
            .map(PathBuf::from)
            .expect("`--write` takes a folder");
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

/// The files of one edit.
struct Inputs {
    size: String,
    source_jpeg: Vec<u8>,
    mask_png: Vec<u8>,
    reply_png: Vec<u8>,
}

impl Inputs {
    fn new(width: u32, height: u32) -> Self {
        let source = photo(width, height);
        let mask = mask(width, height);
        let reply = reply(&source, &mask);
        let png = |picture: &Picture| encode::png(picture).expect("a PNG holds every picture");
        Self {
            size: format!("{width}x{height}"),
            source_jpeg: encode(&source, Format::Jpeg, JPEG_QUALITY).expect("no transparency"),
            mask_png: png(&mask),
            reply_png: png(&reply),
        }
    }

    fn write(&self, folder: &Path) {
        fs::create_folder(folder).expect("the folder can be made");
        let files = [
            ("source.jpg", &self.source_jpeg),
            ("mask.png", &self.mask_png),
            ("reply.png", &self.reply_png),
        ];
        for (name, bytes) in files {
            let path = folder.join(format!("{}-{name}", self.size));
            fs::write(&path, bytes, Existing::Replace).expect("the folder can be written to");
        }
    }
}

/// A scene of soft shapes at every scale, with less contrast the finer they are, and film grain.
fn photo(width: u32, height: u32) -> Picture {
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let luma: f32 = [
                (256, 110.0),
                (96, 60.0),
                (32, 32.0),
                (12, 18.0),
                (5, 10.0),
                (2, 4.0),
            ]
            .iter()
            .map(|(cell, contrast)| contrast * noise(x, y, *cell))
            .sum();
            let warmth = 50.0 * noise(x, y, 150) + 8.0 * noise(x, y, 9);
            let grain = 9.0 * lattice(x, y, 1);
            for (channel, tint) in [1.0, 0.1, -0.9].into_iter().enumerate() {
                let own = 4.0 * lattice(x, y, 11 + channel as u32);
                // A float becomes the nearest sample that there is.
                samples.push((128.0 + luma + warmth * tint + grain + own) as u8);
            }
        }
    }
    Picture::new(width, height, Layout::Rgb, samples)
}

/// Value noise, -0.5 to 0.5: random values on a lattice, smoothly joined.
fn noise(x: u32, y: u32, cell: u32) -> f32 {
    let ease = |at: u32| {
        let t = (at % cell) as f32 / cell as f32;
        t * t * (3.0 - 2.0 * t)
    };
    let (column, row, across, down) = (x / cell, y / cell, ease(x), ease(y));
    let edge = |row: u32| {
        let left = lattice(column, row, cell);
        left + across * (lattice(column + 1, row, cell) - left)
    };
    let top = edge(row);
    top + down * (edge(row + 1) - top)
}

/// A random value for a place, -0.5 to 0.5, always the same.
fn lattice(x: u32, y: u32, seed: u32) -> f32 {
    let mut mixed = x
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add(y.wrapping_mul(0x85eb_ca77))
        .wrapping_add(seed.wrapping_mul(0xc2b2_ae3d));
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    (mixed >> 16) as f32 / 65_535.0 - 0.5
}

/// A mask as design tools export it: black, transparent where the picture may change, which is a
/// wavy shape of about 35 % of the picture with a soft edge.
fn mask(width: u32, height: u32) -> Picture {
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let mut samples = Vec::with_capacity(width as usize * height as usize * 4);
    for y in 0..height {
        for x in 0..width {
            let (across, down) = (x as f32 / middle_x - 1.0, y as f32 / middle_y - 1.0);
            let angle = down.atan2(across);
            let radius = 0.66 * (1.0 + 0.12 * (3.0 * angle).sin() + 0.06 * (5.0 * angle).cos());
            let inside = (radius - across.hypot(down)) * middle_x.min(middle_y);
            let coverage = (0.5 + inside / 6.0).clamp(0.0, 1.0);
            samples.extend([0, 0, 0, 255 - (coverage * 255.0) as u8]);
        }
    }
    Picture::new(width, height, Layout::Rgba, samples)
}

/// What a model sends back: new colours inside the mask, and everything else redrawn a little.
fn reply(source: &Picture, mask: &Picture) -> Picture {
    let mut reply = source.clone();
    let (pixels, width) = (reply.samples_mut().chunks_exact_mut(3), source.width());
    for (at, (pixel, mask)) in (0_u32..).zip(pixels.zip(mask.samples().chunks_exact(4))) {
        let (x, y) = (at % width, at / width);
        if mask[3] < 128 {
            pixel.rotate_left(1);
        }
        let moved = 4.0 * noise(x, y, 64) + 3.0 * lattice(x, y, 5);
        for sample in pixel {
            *sample = (f32::from(*sample) + moved) as u8;
        }
    }
    reply
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
    png_bytes: usize,
}

impl Round {
    fn lap<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = cpu_time();
        let value = black_box(work());
        self.laps.push(cpu_time() - begun);
        value
    }
}

/// All steps as the engine takes them.
fn ours(inputs: &Inputs) -> Round {
    let mut round = Round::default();
    let open = |bytes: &[u8]| {
        decode(bytes, MAX_PIXELS)
            .expect("the bytes were encoded here")
            .picture
    };
    let source = round.lap(|| open(&inputs.source_jpeg));
    let (mask, _) = round
        .lap(|| Mask::import(&open(&inputs.mask_png), None))
        .expect("only alpha varies");
    let weights = round.lap(|| Weights::new(&mask, FEATHER, None));
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
    let png = round.lap(|| encode::png(&result));
    round.png_bytes = png.map_or(0, |bytes| bytes.len());
    let _ = round.lap(|| encode(&result, Format::Jpeg, JPEG_QUALITY));
    round
}

/// The same steps as one writes them first with the `image` crate.
fn plain(inputs: &Inputs) -> Round {
    let mut round = Round::default();
    let open = |bytes: &[u8]| image::load_from_memory(bytes).expect("the bytes were encoded here");
    let source = round.lap(|| open(&inputs.source_jpeg).into_rgb8());
    let mask = round.lap(|| {
        let file = open(&inputs.mask_png).into_rgba8();
        GrayImage::from_fn(file.width(), file.height(), |x, y| {
            Luma([255 - file.get_pixel(x, y)[3]])
        })
    });
    let weights = round.lap(|| image::imageops::blur(&mask, SIGMA));
    let reply = round.lap(|| open(&inputs.reply_png).into_rgb8());
    let result = round.lap(|| blend(&source, &reply, &weights));
    round.lap(|| {
        (
            mean_difference(&source, &reply, &weights, |weight| weight == 0),
            mean_difference(&source, &result, &weights, |weight| weight > 0),
        )
    });
    round.lap(|| changed(&source, &result, &weights));
    let mut png = Cursor::new(Vec::new());
    let _ = round.lap(|| result.write_to(&mut png, ImageFormat::Png));
    round.png_bytes = png.into_inner().len();
    let _ = round.lap(|| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
            .encode_image(&result)
            .map(|()| bytes)
    });
    round
}

/// Milliseconds and size of the PNG that the setting for small files makes of the source.
fn small_png(inputs: &Inputs) -> (f64, usize) {
    let source = image::load_from_memory(&inputs.source_jpeg).expect("the bytes were encoded here");
    let (mut round, mut bytes) = (Round::default(), Vec::new());
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    let _ = round.lap(|| source.write_with_encoder(encoder));
    (round.laps[0], bytes.len())
}

fn blend(source: &RgbImage, reply: &RgbImage, weights: &GrayImage) -> RgbImage {
    let mut result = RgbImage::new(source.width(), source.height());
    for (x, y, weight) in weights.enumerate_pixels() {
        let take = u32::from(weight[0]);
        let (from, to) = (source.get_pixel(x, y), reply.get_pixel(x, y));
        let mixed: [u8; 3] = std::array::from_fn(|channel| {
            let sum = u32::from(from[channel]) * (255 - take) + u32::from(to[channel]) * take;
            ((sum + 127) / 255) as u8
        });
        result.put_pixel(x, y, Rgb(mixed));
    }
    result
}

/// Less than our figures tell: the mean over the samples, not what the eye sees.
fn mean_difference(
    one: &RgbImage,
    other: &RgbImage,
    weights: &GrayImage,
    counts: impl Fn(u8) -> bool,
) -> f64 {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for (x, y, weight) in weights.enumerate_pixels() {
        if counts(weight[0]) {
            let (one, other) = (one.get_pixel(x, y), other.get_pixel(x, y));
            sum += (0..3)
                .map(|channel| u64::from(one[channel].abs_diff(other[channel])))
                .sum::<u64>();
            count += 3;
        }
    }
    sum as f64 / count.max(1) as f64
}

fn changed(source: &RgbImage, result: &RgbImage, weights: &GrayImage) -> usize {
    weights
        .enumerate_pixels()
        .filter(|(x, y, weight)| {
            weight[0] == 0 && source.get_pixel(*x, *y) != result.get_pixel(*x, *y)
        })
        .count()
}

/// The medians of one picture size.
struct Figures {
    size: String,
    rows: Vec<Row>,
    png_bytes: [usize; 2],
    small_png: (f64, usize),
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
        let png_bytes = [ours(inputs).png_bytes, plain(inputs).png_bytes];
        let (ours, plain): (Vec<Round>, Vec<Round>) =
            (0..ROUNDS).map(|_| (ours(inputs), plain(inputs))).unzip();
        let row = |step, laps: &[usize]| Row {
            step,
            ours: median(&ours, laps),
            plain: median(&plain, laps),
        };
        let steps = STEPS.iter().enumerate();
        let mut rows: Vec<Row> = steps.map(|(at, step)| row(step, &[at])).collect();
        rows.push(row("request", REQUEST));
        rows.push(row("return", RETURN));
        rows.push(row("same, no figures", RETURN_WITHOUT_FIGURES));
        Self {
            size: inputs.size.clone(),
            rows,
            png_bytes,
            small_png: small_png(inputs),
        }
    }

    fn print(&self) {
        println!(
            "{:<16} {:>9} {:>9} {:>6}",
            self.size, "ours ms", "plain ms", "ratio"
        );
        for row in &self.rows {
            println!(
                "{:<16} {:>9.2} {:>9.2} {:>5.1}×",
                row.step,
                row.ours,
                row.plain,
                row.plain / row.ours
            );
        }
        let [ours, plain] = self.png_bytes.map(|bytes| bytes / 1000);
        println!("{:<16} {ours:>9} {plain:>9}", "PNG, kB");
        let (ms, bytes) = self.small_png;
        println!(
            "the setting for small files: {ms:.0} ms, {} kB\n",
            bytes / 1000
        );
    }

    fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| json!({ "step": row.step, "ours": row.ours, "plain": row.plain }))
            .collect();
        let (ms, bytes) = self.small_png;
        json!({
            "size": self.size,
            "rows": rows,
            "png_bytes": self.png_bytes,
            "small_png": { "ms": ms, "bytes": bytes },
        })
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
