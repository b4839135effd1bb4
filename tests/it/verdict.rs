//! What a reply is judged to be: each kind of fault with its verdict, its exit code and its words.

use scumble::engine::Status;
use scumble::picture::{Layout, Picture, encode};
use serde_json::Value;

use crate::support::{Test, drawn};

#[test]
fn an_unchanged_reply_fails_and_leaves_nothing_at_out() {
    let test = Test::with_small_samples();
    let ran = test.fails(7, "run background-swap jar.jpg --mask jar-mask.png --provider mock --model identity -o out.png");
    assert!(
        ran.stderr.contains("nothing changed inside the edit area"),
        "{}",
        ran.stderr
    );
    assert!(!test.path("out.png").exists());
    assert!(test.path("jar.background-swap.failed.png").exists());
    let record = test.json("jar.background-swap.failed.png.json");
    assert_eq!(record["verdict"]["status"], "fail");
    assert_eq!(
        record["attempts"].as_array().unwrap().len(),
        2,
        "a second reply was asked for"
    );
}

/// A reply to the cup, made from the picture that an ideal model would send.
struct Replies {
    test: Test,
    ideal: Picture,
}

impl Replies {
    fn new() -> Self {
        let test = Test::with_small_samples();
        test.ok("run element-replace cup.jpg --mask cup-mask.png --provider mock --model paint -o ideal.png");
        let ideal = test.picture("ideal.png");
        std::fs::remove_file(test.path("ideal.png.json")).unwrap();
        Self { test, ideal }
    }

    /// Runs the recipe with a reply; the exit code, what was said, and the record.
    fn judge(&self, reply: &Picture) -> (i32, String, Value) {
        self.test.write("reply.png", &encode::png(reply).unwrap());
        let ran = self.test.run(
            "run element-replace cup.jpg --mask cup-mask.png --reply reply.png --force -o out.png",
        );
        let record = if ran.code == 0 {
            "out.png.json".to_owned()
        } else {
            let mut failed = self
                .test
                .files()
                .into_iter()
                .filter(|name| name.contains("failed") && name.ends_with(".json"));
            failed.next_back().unwrap()
        };
        let value = self.test.json(&record);
        for name in self
            .test
            .files()
            .iter()
            .filter(|name| name.contains("failed") || name.starts_with("out.png"))
        {
            std::fs::remove_file(self.test.path(name)).unwrap();
        }
        (ran.code, ran.stderr, value)
    }

    #[track_caller]
    fn expect(&self, reply: &Picture, code: i32, status: &str, words: &str) -> Value {
        let (found, said, record) = self.judge(reply);
        assert_eq!(found, code, "{said}");
        assert_eq!(record["verdict"]["status"], status, "{said}");
        assert!(said.contains(words), "expected `{words}` in:\n{said}");
        assert_eq!(record["lock"]["changed"], 0);
        record
    }
}

fn cut(picture: &Picture, left: u32, top: u32, width: u32, height: u32) -> Picture {
    let samples = (top..top + height)
        .flat_map(|y| picture.row(y)[left as usize * 3..(left + width) as usize * 3].to_vec())
        .collect();
    Picture::new(width, height, Layout::Rgb, samples)
}

#[test]
fn a_faithful_reply_passes_at_any_size() {
    let replies = Replies::new();
    let (w, h) = replies.ideal.size();
    let record = replies.expect(&replies.ideal, 0, "pass", "none changed");
    assert!(record["registration"]["dx"].as_f64().unwrap().abs() < 0.02);
    assert_eq!(
        record["registration"]["scale"].as_f64().unwrap().round(),
        1.0
    );
    for (width, height) in [(w + 1, h), (w, h + 1), (2 * w, 2 * h)] {
        let scaled = scumble::picture::export::scale(
            &replies.ideal,
            width,
            height,
            scumble::picture::export::Filter::Lanczos,
        );
        let record = replies.expect(&scaled, 0, "pass", "none changed");
        let registration = &record["registration"];
        let off =
            |name: &str, faithful: f64| (registration[name].as_f64().unwrap() - faithful).abs();
        assert!(
            off("dx", 0.0) < 0.3 && off("scale", 1.0) < 0.004,
            "{width}×{height}: {registration}"
        );
    }
}

#[test]
fn a_reply_that_was_cut_at_its_own_scale_is_put_back() {
    let replies = Replies::new();
    let (w, h) = replies.ideal.size();
    let record = replies.expect(
        &cut(&replies.ideal, 4, 2, w - 7, h - 8),
        0,
        "pass",
        "none changed",
    );
    assert_eq!(record["registration"]["frame"], "cut");
    assert!((record["registration"]["scale"].as_f64().unwrap() - 1.0).abs() < 0.003);
}

#[test]
fn a_blank_reply_fails() {
    let replies = Replies::new();
    let (w, h) = replies.ideal.size();
    replies.expect(
        &Picture::filled(w, h, Layout::Rgb, &[9, 80, 9]),
        7,
        "fail",
        "the reply is blank",
    );
}

#[test]
fn a_reply_of_another_picture_or_aspect_fails() {
    let replies = Replies::new();
    let test = Test::with_small_samples();
    let hero = test.picture("hero.jpg");
    replies.expect(&hero, 7, "fail", "cannot be aligned with the source");
    let (w, h) = replies.ideal.size();
    let narrow = cut(&replies.ideal, w / 4, 0, w / 4, h);
    replies.expect(&narrow, 7, "fail", "");
}

#[test]
fn a_reply_that_stops_half_way_fails() {
    let replies = Replies::new();
    let mut half = replies.ideal.clone();
    let from = half.samples().len() / 2;
    half.samples_mut()[from..].fill(128);
    replies.expect(&half, 7, "fail", "the reply is cut off: its lower 49");
}

#[test]
fn an_unchanged_reply_fails_even_when_it_drifted() {
    let test = Test::with_small_samples();
    for model in [
        "identity",
        "identity+shift=2,-1",
        "identity+tint=1.04,1,0.97+noise=2",
    ] {
        let ran = test.fails(7, &format!(
            "run element-replace cup.jpg --mask cup-mask.png --provider mock --model {model} -o out.png"
        ));
        assert!(
            ran.stderr.contains("nothing changed inside the edit area"),
            "{model}: {}",
            ran.stderr
        );
        assert!(!test.path("out.png").exists());
    }
}

#[test]
fn a_mask_of_nothing_or_of_the_opposite_or_of_another_size_is_refused_before_anything_is_asked() {
    let test = Test::with_small_samples();
    let (w, h) = test.picture("cup.jpg").size();
    let opaque = Picture::filled(w, h, Layout::Rgba, &[0, 0, 0, 255]);
    test.write("opaque.png", &encode::png(&opaque).unwrap());
    let smaller = Picture::filled(w - 1, h, Layout::Grey, &[255]);
    test.write("smaller.png", &encode::png(&smaller).unwrap());
    for (mask, words) in [
        ("opaque.png", "the mask is empty, nothing may change"),
        ("smaller.png", "the mask is 179×225, the picture 180×225"),
        (
            "cup-mask.png --invert-mask",
            "the mask marks the opposite of the object",
        ),
    ] {
        let ran = test.fails(
            3,
            &format!(
                "run element-replace cup.jpg --mask {mask} --provider mock --model fault -o out.png"
            ),
        );
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[test]
fn drift_above_the_limit_asks_for_a_person() {
    let test = Test::with_small_samples();
    let arguments = "run background-swap jar.jpg --mask jar-mask.png --provider mock --model paint+tint=0.8,1.25,0.8";
    test.write(
        "strict.toml",
        include_bytes!("../../recipes/background-swap.toml"),
    );
    let ran = test.ok(&format!("{arguments} -o out.png"));
    assert!(
        ran.stderr.contains("a person should look"),
        "{}",
        ran.stderr
    );
    let verdict = test.json("out.png.json")["verdict"].clone();
    assert_eq!(verdict["status"], "review");
    let reasons = verdict["reasons"].to_string();
    assert!(
        reasons.contains("colours are further off than a match puts right"),
        "{reasons}"
    );
    test.fails(7, &format!("{arguments} --strict -o strict.png"));
    // The status is as promised wherever it is read.
    assert!(Status::Pass < Status::Review && Status::Review < Status::Fail);
}

/// A recipe with one more table.
fn recipe(test: &Test, verify: &str) {
    let text = format!(
        "recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"x\"\n[verify]\n{verify}\n"
    );
    test.write("r.toml", text.as_bytes());
}

#[test]
fn thresholds_of_the_recipe_decide() {
    let test = Test::with_small_samples();
    let run = "run ./r.toml cup.jpg --mask cup-mask.png --provider mock --model paint+noise=3 --force -o out.png";
    let said = |verify: &str| {
        recipe(&test, verify);
        test.ok(run);
        test.json("out.png.json")
    };
    assert_eq!(said("")["verdict"]["status"], "pass");
    let drifted = said("max_drift = 0.1");
    assert!(
        drifted["verdict"]["reasons"][0]
            .as_str()
            .unwrap()
            .contains("raise `max_drift`")
    );
    let record = said("palette = [\"#00ff00\"]\nmin_palette = 0.9");
    assert!(
        record["verdict"]["reasons"][0]
            .as_str()
            .unwrap()
            .contains("lower `min_palette`")
    );
    assert_eq!(record["palette"]["allowed"], 0.9);
    // The logo lies within what was painted over.
    let record = said("logo = \"rect:35%,40%,25%,25%\"");
    assert!(
        record["verdict"]["reasons"][0]
            .as_str()
            .unwrap()
            .contains("the logo did not survive"),
        "{record}"
    );
    let kept = said("logo = \"rect:0,0,20%,20%\"");
    assert_eq!(kept["verdict"]["status"], "pass");
}

#[test]
fn what_was_seen_on_the_way_is_kept_where_asked() {
    let test = Test::with_small_samples();
    let run = "run element-replace cup.jpg --mask cup-mask.png --provider mock --model paint+shift=3,2 --keep look --force -o out.png";
    test.ok(run);
    let kept: Vec<String> = test
        .files()
        .into_iter()
        .filter(|name| name.starts_with("look/"))
        .collect();
    assert_eq!(
        kept,
        ["aligned", "heat", "overlay", "reply", "sent-mask", "sent"]
            .map(|name| format!("look/{name}.png"))
    );
    let (sent, reply) = (
        test.picture("look/sent.png"),
        test.picture("look/reply.png"),
    );
    assert_eq!(sent.size(), reply.size());
    assert_ne!(sent, reply);
    let refused = test.fails(
        2,
        &run.replace(" --force", "").replace("out.png", "other.png"),
    );
    assert!(
        refused.stderr.contains("`look` is not empty"),
        "{}",
        refused.stderr
    );
}

#[test]
fn every_size_of_picture_comes_through() {
    let test = Test::new();
    recipe(&test, "");
    for (w, h) in [
        (1, 1),
        (1, 9000),
        (9000, 1),
        (3, 5),
        (33, 1),
        (127, 65),
        (2, 700),
    ] {
        test.write("in.png", &encode::png(&drawn(w, h, Layout::Rgb)).unwrap());
        let mut half = vec![0; (w * h) as usize];
        half[..(w * h).div_ceil(2) as usize].fill(255);
        test.write(
            "mask.png",
            &encode::png(&Picture::new(w, h, Layout::Grey, half)).unwrap(),
        );
        for model in [
            "paint",
            "paint+shift=2,1",
            "paint+crop=0.04",
            "repaint+sizes=gpt-image-1",
        ] {
            let ran = test.run(&format!(
                "run ./r.toml in.png --mask mask.png --provider mock --model {model} --force -o out.png"
            ));
            // A strip longer than a model takes has no candidate; all else is judged.
            let refused = ran.code == 2 && ran.stderr.contains("the model takes nothing longer");
            assert!(
                ran.code == 0 || ran.code == 7 || refused,
                "{w}×{h} {model}: {} {}",
                ran.code,
                ran.stderr
            );
            let lock = (ran.code == 0).then(|| test.json("out.png.json")["lock"].clone());
            // A single pixel that may change leaves nothing to lock.
            if let Some(lock) = lock.filter(|_| w * h > 1) {
                assert_eq!(lock["changed"], 0, "{w}×{h} {model}");
            }
        }
    }
}

#[test]
fn a_mask_can_be_widened() {
    let test = Test::with_small_samples();
    let text = "recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"x\"\n[mask]\nfrom = \"rect:50,50,20,20\"\nfeather = 0\n";
    let edited = |grow: &str| {
        test.write("r.toml", format!("{text}{grow}").as_bytes());
        test.ok("run ./r.toml jar.jpg --provider mock --force -o out.png");
        let record = test.json("out.png.json");
        (record["edited"].as_f64().unwrap() * 180.0 * 180.0).round()
    };
    assert_eq!(edited(""), 400.0);
    // A square with rounded corners: 400 + 4 sides of 20 × 4, and a disc of radius 4.
    let grown = edited("grow = 4\n");
    assert!((760.0..790.0).contains(&grown), "{grown}");
}

#[test]
fn a_variation_is_framed_and_an_outpainting_meets_its_source() {
    let test = Test::with_small_samples();
    test.ok("run seasonal-variation hero.jpg --provider mock --model tint=1.1,1,0.9+shift=3,-2 -o out.png");
    let lay = test.json("out.png.json")["registration"].clone();
    assert!((lay["dx"].as_f64().unwrap() - 3.0).abs() < 0.1, "{lay}");
    assert!((lay["dy"].as_f64().unwrap() + 2.0).abs() < 0.1, "{lay}");
    test.ok("run outpaint-9x16 square.jpg --provider mock --model identity+tint=1.06,1,0.95+shift=2,3 -o tall.png");
    let record = test.json("tall.png.json");
    assert_eq!(record["lock"]["changed"], 0);
    assert!((record["registration"]["dy"].as_f64().unwrap() - 3.0).abs() < 0.1);
    let gain = record["match"]["gain"][0].as_f64().unwrap();
    assert!((gain - 1.0 / 1.06).abs() < 0.01, "{gain}");
    let seam = &record["seam"];
    assert!(seam["step"].as_f64() <= seam["allowed"].as_f64(), "{seam}");
}

#[test]
fn inputs_are_never_in_the_folder_that_is_written_to() {
    let test = Test::with_small_samples();
    test.write(
        "in/sent.png",
        &encode::png(&test.picture("cup.jpg")).unwrap(),
    );
    let before = test.read("in/sent.png");
    let ran = test.fails(
        2,
        "run element-replace in/sent.png --mask cup-mask.png --provider mock --model paint --keep in --force -o out.png",
    );
    assert!(
        ran.stderr.contains("`in` holds the input `in/sent.png`"),
        "{}",
        ran.stderr
    );
    assert_eq!(test.read("in/sent.png"), before);
    let ran = test.fails(
        2,
        "run element-replace cup.jpg --mask cup-mask.png --provider mock --model paint --keep cup.jpg --force -o out.png",
    );
    assert!(
        ran.stderr.contains("`cup.jpg` is a file, not a folder"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_reply_that_is_transparent_where_it_matters_fails() {
    let replies = Replies::new();
    let mut clear = replies.ideal.to_layout(Layout::Rgba).into_owned();
    clear
        .samples_mut()
        .iter_mut()
        .skip(3)
        .step_by(4)
        .for_each(|alpha| *alpha = 60);
    replies.expect(&clear, 7, "fail", "the reply is transparent in");
}

#[test]
fn a_wall_of_tiles_is_taken_at_its_nearest_place_for_a_person_to_look_at() {
    let test = Test::new();
    recipe(&test, "");
    let tiles = |right: u32| {
        let samples = (0..400 * 300_u32).flat_map(|at| {
            let (x, y) = ((at % 400 + 400 - right) % 40, at / 400 % 40);
            if x < 3 || y < 3 {
                [90, 90, 95]
            } else {
                [200, 190, 180]
            }
        });
        Picture::new(400, 300, Layout::Rgb, samples.collect())
    };
    test.write("wall.png", &encode::png(&tiles(0)).unwrap());
    let mut moved = tiles(17);
    for y in 120..200 {
        for x in 150..250 {
            moved.samples_mut()[(y * 400 + x) * 3] = 20;
        }
    }
    test.write("moved.png", &encode::png(&moved).unwrap());
    test.ok("run ./r.toml wall.png --mask rect:140,110,120,100 --reply moved.png -o out.png");
    let record = test.json("out.png.json");
    assert_eq!(record["registration"]["repeats"], true);
    assert!(
        (record["registration"]["dx"].as_f64().unwrap() - 17.0).abs() < 0.2,
        "{record}"
    );
    assert_eq!(record["verdict"]["status"], "review");
}

#[test]
fn a_small_edit_in_a_large_mask_is_an_edit() {
    let test = Test::with_small_samples();
    recipe(&test, "");
    let mut reply = test.picture("cup.jpg");
    for y in 100..108 {
        for x in 60..68 {
            let at = (y * reply.width() as usize + x) * 3;
            reply.samples_mut()[at..at + 3].copy_from_slice(&[0, 0, 255]);
        }
    }
    test.write("reply.png", &encode::png(&reply).unwrap());
    test.ok("run ./r.toml cup.jpg --mask rect:20,60,140,140 --reply reply.png -o out.png");
}
