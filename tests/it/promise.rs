//! The promise: outside the edit area the written file is the source's own, bit for bit.
//!
//! The written file is decoded by another decoder than scumble's, and the edit area is computed
//! here from the definition, not taken from the program.

use std::path::Path;

use proptest::prelude::*;
use scumble::engine::{self, House, Input, MaskGiven, Order, OutputWish, Status};
use scumble::library::{Found, Origin};
use scumble::picture::{Layout, Picture, encode};
use scumble::provider::{Registry, Unwatched};
use scumble::recipe::{self, Brand, Partials};
use scumble::route::{Wanted, Wish};
use scumble::source::Source;
use scumble::store::Blobs;

use crate::support::Test;

struct NoPartials;

impl Partials for NoPartials {
    fn partial(&self, _: &str) -> scumble::Result<Option<std::sync::Arc<Source>>> {
        Ok(None)
    }
}

/// Red, green, blue and alpha by a decoder that shares no code with scumble's.
fn independently(png: &[u8]) -> (usize, usize, Vec<[u8; 4]>) {
    let image = lodepng::decode32(png).unwrap();
    let pixels = image
        .buffer
        .iter()
        .map(|pixel| [pixel.r, pixel.g, pixel.b, pixel.a])
        .collect();
    (image.width, image.height, pixels)
}

fn grey_png(width: u32, height: u32, values: &[u8]) -> Vec<u8> {
    encode::png(&Picture::new(width, height, Layout::Grey, values.to_vec())).unwrap()
}

#[derive(Debug, Clone)]
struct Case {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
    mask: Vec<u8>,
    protect: Option<Vec<u8>>,
    feather: f64,
    into: &'static str,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let layouts = vec![Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::Rgba];
    (1_u32..28, 1_u32..28, prop::sample::select(layouts)).prop_flat_map(
        |(width, height, layout)| {
            let count = (width * height) as usize;
            let values = prop::sample::select(vec![0_u8, 0, 0, 1, 77, 255, 255]);
            (
                proptest::collection::vec(any::<u8>(), count * layout.channels()),
                proptest::collection::vec(values.clone(), count),
                prop::option::weighted(0.4, proptest::collection::vec(values, count)),
                0.0_f64..7.0,
                prop::sample::select(vec!["edit", "keep", "both"]),
                any::<u64>(),
            )
                .prop_map(move |(samples, mask, protect, feather, into, seed)| Case {
                    width,
                    height,
                    layout,
                    samples,
                    mask,
                    protect,
                    feather,
                    into,
                    seed,
                })
        },
    )
}

impl Case {
    fn recipe(&self, kind: &str) -> String {
        let head = format!("recipe = 1\nname = \"case\"\nkind = \"{kind}\"\nprompt = \"x\"\n");
        match kind {
            "inpaint" => format!(
                "{head}[mask]\nfeather = {}\nfeather_into = \"{}\"\n",
                self.feather, self.into
            ),
            "outpaint" => format!("{head}[canvas]\ntarget = \"3:17\"\n"),
            _ => head,
        }
    }

    /// Whether a pixel of the source is locked, by the words of the design; `None` where the border
    /// of the ramp passes through its centre within the accuracy of a single float.
    fn is_locked(&self, kind: &str, x: u32, y: u32) -> Option<bool> {
        let at = (y * self.width + x) as usize;
        if self.protect.as_ref().is_some_and(|protect| protect[at] > 0) {
            return Some(true);
        }
        match kind {
            "outpaint" => Some(true),
            "variation" => Some(false),
            _ => {
                // Distance from the pixel's centre to M's border, which lies half a pixel further
                // than the nearest centre of M.
                let nearest = (0..self.mask.len())
                    .filter(|other| self.mask[*other] > 0)
                    .map(|other| {
                        let (u, v) = (other as u32 % self.width, other as u32 / self.width);
                        f64::from(u.abs_diff(x)).hypot(f64::from(v.abs_diff(y)))
                    })
                    .fold(f64::INFINITY, f64::min);
                let reach = match self.into {
                    _ if self.feather < 0.5 => 0.0,
                    "keep" => self.feather,
                    "both" => self.feather / 2.0,
                    _ => 0.0,
                };
                let beyond = nearest - 0.5 - reach;
                let borderline = reach > 0.0 && beyond.abs() < 1e-3;
                (!borderline).then_some(nearest > 0.0 && beyond >= 0.0)
            }
        }
    }

    fn order(&self, kind: &str, folder: &Path) -> Order {
        let picture = Picture::new(self.width, self.height, self.layout, self.samples.clone());
        let input = |name: &str, bytes: Vec<u8>| Input {
            name: name.into(),
            path: None,
            bytes,
        };
        let source = Source::new("case.toml", self.recipe(kind));
        let recipe = recipe::load(&source, &NoPartials).unwrap();
        Order {
            found: Found {
                recipe,
                origin: Origin::File,
            },
            image: input("case.png", encode::png(&picture).unwrap()),
            mask: (kind == "inpaint").then(|| {
                MaskGiven::File(input(
                    "mask.png",
                    grey_png(self.width, self.height, &self.mask),
                ))
            }),
            mask_from: None,
            invert_mask: false,
            fit_mask: false,
            protect: self
                .protect
                .as_ref()
                .map(|protect| input("protect.png", grey_png(self.width, self.height, protect))),
            reply: None,
            brand_path: None,
            params: Vec::new(),
            brand: Brand::plain(),
            tags: Vec::new(),
            wish: Some(Wish {
                what: Wanted::Provider("mock".into(), Some("repaint".into())),
                said_by: "the test",
            }),
            seed: self.seed,
            max_pixels: 1_000_000,
            output: OutputWish {
                path: Some(folder.join("out.png")),
                force: false,
                to_stdout: false,
                keep: None,
            },
            started: String::new(),
        }
    }

    /// Runs the case; `None` when nothing may change, which is refused.
    fn check(&self, kind: &str) -> Result<(), TestCaseError> {
        let folder = tempfile::tempdir().unwrap();
        let house = House {
            registry: Registry::standard(),
            blobs: Blobs::in_memory(),
        };
        let order = self.order(kind, folder.path());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let delivered = match runtime.block_on(engine::run(&order, &house, &Unwatched)) {
            Ok(delivered) => delivered,
            Err(error) => {
                let nothing_to_do = [
                    "nothing may change",
                    "has the ratio",
                    "everything that the edit could change",
                ];
                prop_assert!(
                    nothing_to_do
                        .iter()
                        .any(|why| error.to_string().contains(why)),
                    "{error}"
                );
                return Ok(());
            }
        };
        let record = &delivered.record;
        let written = std::fs::read(delivered.path.as_ref().unwrap()).unwrap();
        let (width, height, after) = independently(&written);
        let (_, _, before) = independently(&order.image.bytes);
        let canvas = record.canvas;
        prop_assert_eq!(
            (width, height),
            (canvas.width as usize, canvas.height as usize)
        );
        let (mut locked, mut borderline) = (0, 0);
        for y in 0..self.height {
            for x in 0..self.width {
                match self.is_locked(kind, x, y) {
                    Some(true) => locked += 1,
                    Some(false) => continue,
                    None => {
                        borderline += 1;
                        continue;
                    }
                }
                let then = before[(y * self.width + x) as usize];
                let now = after[((y + canvas.y) * canvas.width + x + canvas.x) as usize];
                prop_assert_eq!(now, then, "{} at {},{}", kind, x, y);
            }
        }
        let checked = record.lock.as_ref().map_or(0, |lock| lock.checked);
        let counted = locked..=locked + borderline;
        prop_assert!(
            counted.contains(&checked),
            "the record counts {checked}, the definition {counted:?}"
        );
        prop_assert!(record.lock.as_ref().is_none_or(|lock| lock.changed == 0));
        if let (Some(drift), "inpaint" | "outpaint") = (record.drift, kind) {
            prop_assert_eq!(
                drift.changed,
                1.0,
                "the mock had changed every locked pixel"
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn inpaint_keeps_every_locked_pixel(case in cases()) {
        case.check("inpaint")?;
    }

    #[test]
    fn outpaint_keeps_the_whole_source(case in cases()) {
        case.check("outpaint")?;
    }

    #[test]
    fn a_variation_keeps_what_is_protected(case in cases()) {
        case.check("variation")?;
    }
}

#[test]
fn a_real_photograph_keeps_its_product_whatever_the_reply_does() {
    let test = Test::with_small_samples();
    // The source as a lossless file, so that both sides can be decoded independently.
    test.write("jar.png", &encode::png(&test.picture("jar.jpg")).unwrap());
    for model in [
        "repaint",
        "repaint+shift=4,-3+tint=1.1,1,0.9+noise=6",
        "repaint+scale=1.02+rotation=1",
    ] {
        let ran = test.ok(&format!(
            "run background-swap jar.png --mask jar-mask.png --provider mock --model {model} --force -o out.png"
        ));
        assert!(ran.stderr.contains("none changed"), "{}", ran.stderr);
        let (_, _, before) = independently(&test.read("jar.png"));
        let (_, _, after) = independently(&test.read("out.png"));
        let (_, _, mask) = independently(&test.read("jar-mask.png"));
        let locked = || (0..before.len()).filter(|at| mask[*at][3] == 255);
        assert!(locked().count() > 3_000);
        assert!(locked().all(|at| before[at] == after[at]), "{model}");
        assert!((0..before.len()).any(|at| before[at] != after[at]));
        let record = test.json("out.png.json");
        assert_eq!(record["lock"]["checked"], locked().count());
        assert_eq!(record["lock"]["changed"], 0);
        assert_eq!(record["lock"]["file"], "exact");
        assert!(
            record["drift"]["changed"].as_f64().unwrap() > 0.9,
            "the raw reply had moved the product"
        );
    }
}

#[test]
fn an_outpainting_keeps_the_source_in_the_middle() {
    let test = Test::with_small_samples();
    test.write(
        "square.png",
        &encode::png(&test.picture("square.jpg")).unwrap(),
    );
    test.ok("run outpaint-9x16 square.png -o out.png");
    let (width, height, before) = independently(&test.read("square.png"));
    let (wide, tall, after) = independently(&test.read("out.png"));
    assert_eq!((wide, tall), (width, width * 16 / 9));
    let top = test.json("out.png.json")["canvas"]["y"].as_u64().unwrap() as usize;
    for y in 0..height {
        assert_eq!(
            before[y * width..][..width],
            after[(y + top) * width..][..width],
            "row {y}"
        );
    }
}

#[test]
fn a_lossy_file_says_that_it_is_derived() {
    let test = Test::with_small_samples();
    let ran = test.ok("run background-swap jar.jpg --mask jar-mask.png -o out.jpg");
    let record = test.json("out.jpg.json");
    assert_eq!(
        record["lock"]["changed"], 0,
        "the composite itself is locked"
    );
    assert_eq!(record["lock"]["file"], "derived");
    assert!(record["lock"]["largest_difference"].as_u64().unwrap() > 0);
    assert_eq!(record["outputs"][0]["derived"], true);
    assert!(ran.stderr.contains("lossy copy"), "{}", ran.stderr);
}

/// A model that answers once with the picture it was sent, and fails the next time.
#[derive(Debug)]
struct Faltering {
    asked: std::sync::atomic::AtomicU32,
    capabilities: scumble::provider::Capabilities,
}

impl scumble::provider::Provider for Faltering {
    fn capabilities(&self) -> &scumble::provider::Capabilities {
        &self.capabilities
    }

    fn consider(&self, _: &scumble::provider::Ask<'_>) -> Result<String, String> {
        Ok("falters".into())
    }

    fn edit<'a>(
        &'a self,
        request: &'a scumble::provider::EditRequest,
        _: &'a dyn scumble::provider::Watch,
    ) -> scumble::provider::BoxFuture<'a, scumble::Result<scumble::provider::Reply>> {
        let first = self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        Box::pin(async move {
            if !first {
                return Err(scumble::Error::new(
                    scumble::ErrorKind::Temporary,
                    "overloaded",
                ));
            }
            let bytes = encode::png(&request.picture)?;
            Ok(scumble::provider::Reply {
                picture: (*request.picture).clone(),
                bytes: Some(bytes.into()),
                cost: scumble::money::Money::from_micros(40_000),
                notes: Vec::new(),
            })
        })
    }
}

#[test]
fn what_was_paid_for_is_kept_when_the_next_attempt_fails() {
    let folder = tempfile::tempdir().unwrap();
    let case = Case {
        width: 12,
        height: 8,
        layout: Layout::Rgb,
        samples: (0..12 * 8 * 3).map(|n| (n * 7 % 251) as u8).collect(),
        mask: (0..96).map(|n| if n % 12 < 5 { 255 } else { 0 }).collect(),
        protect: None,
        feather: 0.0,
        into: "edit",
        seed: 1,
    };
    let mut order = case.order("inpaint", folder.path());
    order.wish = Some(Wish {
        what: Wanted::Provider("faltering".into(), None),
        said_by: "the test",
    });
    let mut registry = Registry::standard();
    let mock = registry.get("mock").unwrap().capabilities().clone();
    registry.add(std::sync::Arc::new(Faltering {
        asked: 0.into(),
        capabilities: scumble::provider::Capabilities {
            name: "faltering",
            ..mock
        },
    }));
    // Nor does a store that cannot be written lose it.
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, b"a file, not a folder").unwrap();
    let house = House {
        registry,
        blobs: Blobs::in_folder(blocked.join("blobs")),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let delivered = runtime
        .block_on(engine::run(&order, &house, &Unwatched))
        .unwrap();
    let record = &delivered.record;
    assert_eq!(record.verdict.status, Status::Fail);
    assert_eq!(record.cost_usd, "0.04");
    let warned = record
        .warnings
        .iter()
        .any(|warning| warning.contains("is not kept"));
    assert!(warned, "{:?}", record.warnings);
    let outcomes = serde_json::to_value(&record.attempts).unwrap();
    assert_eq!(
        (&outcomes[0]["outcome"], &outcomes[1]["outcome"]),
        (&"done".into(), &"temporary".into())
    );
    let reply = record.attempts[0].reply_sha256.unwrap();
    assert_eq!(
        &*house.blobs.get(reply).unwrap(),
        order.image.bytes.as_slice()
    );
    assert!(
        delivered
            .path
            .as_ref()
            .unwrap()
            .ends_with("case.case.failed.png")
    );
    assert!(!folder.path().join("out.png").exists());
}
