//! The program from outside: what it prints, writes and refuses.

use scumble::picture::{Format, Layout, Picture, encode};
use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Ran, Test, drawn};

#[test]
fn the_four_commands_of_the_readme() {
    let test = Test::with_small_samples();
    test.ok("run background-swap jar.jpg --mask jar-mask.png -p 'surface=pale oak' -o out.png");
    test.ok("run element-replace cup.jpg --mask cup-mask.png");
    test.ok("run seasonal-variation hero.jpg -p season=winter");
    test.ok("run outpaint-9x16 square.jpg");
    for (output, kind) in [
        ("out.png", "inpaint"),
        ("cup.element-replace.png", "inpaint"),
        ("hero.seasonal-variation.png", "variation"),
        ("square.outpaint-9x16.png", "outpaint"),
    ] {
        let record = test.json(&format!("{output}.json"));
        assert_eq!(record["kind"], kind);
        assert_eq!(
            record["verdict"]["status"], "pass",
            "{output}: {}",
            record["verdict"]
        );
        assert_eq!(record["route"]["chosen"], "local");
        assert_eq!(record["cost_usd"], "0");
        assert_eq!(record["outputs"][0]["path"], output);
        assert_eq!(record["outputs"][0]["sha256"], sha256(&test.read(output)));
    }
    assert!(test.json("hero.seasonal-variation.png.json")["lock"].is_null());
}

fn sha256(bytes: &[u8]) -> String {
    scumble::store::Digest::of(bytes).to_string()
}

#[test]
fn standard_output_is_the_path_and_standard_error_the_words() {
    let test = Test::with_small_samples();
    let ran = test.ok("run background-swap jar.jpg --mask jar-mask.png -o out.png");
    assert_eq!(ran.text(), "out.png\n");
    assert!(ran.stderr.contains("local: pass · "), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("note: this is a draft"),
        "{}",
        ran.stderr
    );
    let asked =
        test.ok("run background-swap jar.jpg --mask jar-mask.png --provider local -o asked.png");
    assert!(
        !asked.stderr.contains("note:"),
        "the user's own word needs no note: {}",
        asked.stderr
    );
    assert_eq!(
        test.read("out.png"),
        test.read("asked.png"),
        "the same seed, the same pixels"
    );
}

#[test]
fn default_names_count_up_and_outputs_are_never_replaced() {
    let test = Test::with_small_samples();
    test.ok("run seasonal-variation hero.jpg");
    let first = test.read("hero.seasonal-variation.png");
    test.ok("run seasonal-variation hero.jpg -p season=winter");
    assert!(test.path("hero.seasonal-variation.2.png").exists());
    assert_eq!(test.read("hero.seasonal-variation.png"), first);

    let refused = test.fails(
        2,
        "run seasonal-variation hero.jpg -o hero.seasonal-variation.png",
    );
    assert_eq!(
        refused.stderr,
        "error: `hero.seasonal-variation.png` is already there\nhint: choose another name with `-o`, or replace it with `--force`\n"
    );
    test.ok(
        "run seasonal-variation hero.jpg -p season=spring --force -o hero.seasonal-variation.png",
    );
    assert_ne!(test.read("hero.seasonal-variation.png"), first);
}

#[test]
fn inputs_are_never_written_over_not_even_by_force() {
    let test = Test::with_small_samples();
    let before = test
        .files()
        .into_iter()
        .map(|name| (test.read(&name), name))
        .collect::<Vec<_>>();
    test.write("in/copy.png", b"");
    std::fs::remove_file(test.path("in/copy.png")).unwrap();
    for output in ["jar-mask.png", "./jar-mask.png", "in/../jar-mask.png"] {
        let ran = test.fails(
            2,
            &format!("run background-swap jar.jpg --mask jar-mask.png --force -o {output}"),
        );
        assert!(
            ran.stderr.contains("is an input and is never written over"),
            "{}",
            ran.stderr
        );
    }
    test.fails(
        2,
        "run background-swap jar.jpg --mask jar-mask.png --force -o jar.jpg",
    );
    for (bytes, name) in before {
        assert_eq!(test.read(&name), bytes, "{name}");
    }
}

#[test]
fn the_reply_the_brand_and_the_recipe_are_inputs_too() {
    let test = Test::with_small_samples();
    test.ok("run background-swap jar.jpg --mask jar-mask.png -o reply.png");
    test.write("brand.png", b"brand = 1\nname = \"acme\"\n");
    let refused = |arguments: &str| {
        let ran = test.fails(2, arguments);
        assert!(
            ran.stderr.contains("is an input and is never written over"),
            "{}",
            ran.stderr
        );
    };
    refused(
        "run background-swap jar.jpg --mask jar-mask.png --reply reply.png --force -o reply.png",
    );
    refused(
        "run background-swap jar.jpg --mask jar-mask.png --brand brand.png --force -o brand.png",
    );
}

#[test]
fn shapes_of_a_recipe_may_use_the_pictures_size() {
    let test = Test::with_small_samples();
    let recipe = "recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"x\"\n[mask]\nfrom = \"rect:0,0,{{ image.width }},{{ image.height // 2 }}\"\nfeather = 0\n";
    test.write("r.toml", recipe.as_bytes());
    test.ok("run ./r.toml jar.jpg --provider mock -o out.png");
    assert_eq!(test.json("out.png.json")["edited"], 0.5);
}

#[test]
fn limits_hold_for_targets_and_what_a_flag_cannot_do_is_said() {
    let test = Test::with_small_samples();
    test.fails(
        3,
        "run outpaint-9x16 square.jpg -p target=9000x16000 --max-pixels 1000000",
    );
    test.fails(2, "run outpaint-9x16 square.jpg -p target=1:9999");
    let ran = test.ok("plan seasonal-variation hero.jpg --invert-mask");
    assert!(
        ran.stderr.contains("`--invert-mask` changes nothing here"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_redirected_file_is_an_input_too() {
    let test = Test::with_small_samples();
    let before = test.read("hero.jpg");
    let mut command = test.command(env!("CARGO_BIN_EXE_scumble"));
    command.stdin(std::fs::File::open(test.path("hero.jpg")).unwrap());
    command.args([
        "run",
        "seasonal-variation",
        "-",
        "--force",
        "-o",
        "hero.jpg",
    ]);
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(test.read("hero.jpg"), before);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_recipes_folder() {
    let test = Test::with_small_samples();
    test.write("secret/light.txt", b"the secret");
    let recipe = b"recipe = 1\nname = \"r\"\nkind = \"variation\"\nprompt = \"{% include 'light.txt' %}\"\n[provider.local]\ngrade = \"winter\"\n";
    test.write("shared/r.toml", recipe);
    std::os::unix::fs::symlink(test.path("secret"), test.path("shared/partials")).unwrap();
    let ran = test.fails(2, "plan shared/r.toml hero.jpg");
    assert!(
        ran.stderr.contains("lies outside the recipe's folder"),
        "{}",
        ran.stderr
    );
    assert!(!ran.text().contains("the secret"));
}

#[test]
fn the_mock_is_never_chosen_by_a_tier() {
    let test = Test::with_small_samples();
    test.write(
        "r.toml",
        b"recipe = 1\nname = \"r\"\nkind = \"variation\"\nprompt = \"Another take.\"\n",
    );
    let ran = test.fails(2, "run ./r.toml hero.jpg --tier draft");
    assert!(
        ran.stderr.contains("no provider plays the tier `draft`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn flat_and_thin_pictures_are_judged_fairly() {
    let test = Test::new();
    let white = |w, h| encode::png(&Picture::filled(w, h, Layout::Rgb, &[255; 3])).unwrap();
    test.write("flat.png", &white(120, 120));
    test.ok("run outpaint-9x16 flat.png -o tall.png");
    test.write(
        "line.png",
        &encode::png(&drawn(1, 300, Layout::Rgb)).unwrap(),
    );
    let ran = test.ok("run outpaint-9x16 line.png -p target=1:4 -o line-out.png");
    assert!(
        ran.stderr.contains("its border is mirrored softly instead"),
        "{}",
        ran.stderr
    );
    test.ok("run seasonal-variation line.png --seed 18446744073709551615 -o graded.png");
}

#[test]
fn what_local_does_not_know_is_said() {
    let test = Test::with_small_samples();
    let arguments = "run background-swap jar.jpg --mask jar-mask.png";
    let ran = test.ok(&format!("{arguments} -p surface=lava -o lava.png"));
    assert!(
        ran.stderr.contains("knows no surface `lava`"),
        "{}",
        ran.stderr
    );
    let ran = test.ok(&format!("{arguments} -p surface=#003366 -o blue.png"));
    assert!(!ran.stderr.contains("knows no surface"), "{}", ran.stderr);
    assert!(
        test.picture("blue.png").pixel(1, 1)[2] > 60,
        "the colour is taken as it is written"
    );
}

#[test]
fn an_export_named_twice_and_one_without_a_place_are_refused() {
    let test = Test::with_small_samples();
    let recipe = |exports: &str| {
        format!(
            "recipe = 1\nname = \"r\"\nkind = \"variation\"\nprompt = \"winter\"\n[output]\nexports = [{exports}]\n"
        )
    };
    test.write("twice.toml", recipe("\"stories\", \"stories\"").as_bytes());
    test.fails(2, "run ./twice.toml hero.jpg -o out.png");
    test.write("once.toml", recipe("\"stories\"").as_bytes());
    let ran = test.fails(2, "run ./once.toml hero.jpg -o -");
    assert!(
        ran.stderr.contains("has no place for the export `stories`"),
        "{}",
        ran.stderr
    );
    assert!(!test.path("out.png").exists());
}

#[test]
fn pictures_come_from_and_go_to_pipes() {
    let test = Test::with_small_samples();
    let mut child = test
        .command(env!("CARGO_BIN_EXE_scumble"))
        .args(["run", "seasonal-variation", "-", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&test.read("hero.jpg"))
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let picture = scumble::picture::decode(&ran.stdout, u64::MAX).unwrap();
    assert_eq!(picture.format, Format::Png);
    assert_eq!(picture.picture.size(), test.picture("hero.jpg").size());
    test.fails(2, "run seasonal-variation -");
    test.fails(2, "run seasonal-variation hero.jpg -o - --json");
}

#[test]
fn json_is_one_envelope_everywhere() {
    let test = Test::with_small_samples();
    let commands = [
        (
            "run background-swap jar.jpg --mask jar-mask.png -o out.png",
            "run",
        ),
        ("plan background-swap jar.jpg --mask jar-mask.png", "plan"),
        ("list", "list"),
        ("show background-swap", "show"),
        ("schema recipe", "schema"),
        ("completions bash", "completions"),
        ("init project", "init"),
    ];
    for (arguments, name) in commands {
        let ran = test.ok(&format!("{arguments} --json"));
        let envelope = ran.envelope();
        assert_eq!(envelope["format"], 1);
        assert_eq!(envelope["ok"], true);
        assert_eq!(envelope["command"], name);
        assert!(!envelope["data"].is_null(), "{name}");
        assert_eq!(ran.stderr, "", "{name}: words are for people");
    }
    let ran = test.run("run nothing jar.jpg --json");
    let envelope = ran.envelope();
    assert_eq!((ran.code, &envelope["ok"]), (2, &false.into()));
    assert_eq!(envelope["error"]["code"], "usage");
    let usage = test.run("run --json --no-such-flag");
    assert_eq!(
        (usage.code, usage.envelope()["error"]["code"].as_str()),
        (2, Some("usage"))
    );
    let failed = test.run(
        "run background-swap jar.jpg --mask jar-mask.png --provider mock --model identity --json",
    );
    assert_eq!(failed.code, 7);
    assert_eq!(
        failed.envelope()["error"]["details"]["record"]["verdict"]["status"],
        "fail"
    );
}

#[test]
fn the_plan_touches_nothing_and_names_everyone() {
    let test = Test::with_small_samples();
    let before = test.files();
    let ran = test.ok("plan background-swap jar.jpg --mask jar-mask.png -p surface=slate");
    assert_eq!(test.files(), before);
    for part in [
        "recipe      background-swap 1.0.0 (built-in), inpaint",
        "surface = slate",
        "read from alpha",
        "feather     2.0 px, into edit",
        "local (won, 0 USD): draws a backdrop of stone",
        "mock (can, 0 USD)",
        "nothing leaves this machine",
        "it now stands on slate",
        "Leave the product exactly as it is",
    ] {
        assert!(ran.text().contains(part), "{part} in\n{}", ran.text());
    }
    let once = test
        .ok("plan background-swap jar.jpg --mask jar-mask.png --json")
        .envelope();
    let again = test
        .ok("plan background-swap jar.jpg --mask jar-mask.png --json")
        .envelope();
    assert_eq!(
        once["data"]["sha256"], again["data"]["sha256"],
        "a plan has a content hash"
    );
    let other = test
        .ok("plan background-swap jar.jpg --mask jar-mask.png --seed 2 --json")
        .envelope();
    assert_ne!(once["data"]["sha256"], other["data"]["sha256"]);
}

#[test]
fn a_plan_can_be_carried_out_elsewhere() {
    use scumble::engine::{House, Plan, Scene, execute};
    use scumble::provider::{Registry, Unwatched};
    use scumble::store::Blobs;

    let test = Test::with_small_samples();
    let mut envelope = test
        .ok("plan background-swap jar.jpg --mask jar-mask.png --json")
        .envelope();
    envelope["data"].as_object_mut().unwrap().remove("sha256");
    let plan: Plan = serde_json::from_value(envelope["data"].take()).unwrap();
    // Only the plan and the blobs it names are there; no path is read.
    let house = House {
        registry: Registry::standard(),
        blobs: Blobs::in_memory(),
    };
    house.blobs.hold(test.read("jar.jpg"));
    house.blobs.hold(test.read("jar-mask.png"));
    let scene = Scene::build(&plan.scene, &house.blobs).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let outcome = runtime
        .block_on(execute(&plan, &scene, &house, &Unwatched, false))
        .unwrap();
    test.ok("run background-swap jar.jpg --mask jar-mask.png -o out.png");
    assert_eq!(outcome.picture, test.picture("out.png"));
}

#[test]
fn the_users_word_chooses_and_a_recipes_tier_does_not() {
    let test = Test::with_small_samples().variable("IMAGE_EDIT_PROVIDER", "mock/repaint");
    test.ok("run background-swap jar.jpg --mask jar-mask.png -o out.png");
    let record = test.json("out.png.json");
    assert_eq!(record["route"]["chosen"], "mock/repaint");
    assert_eq!(
        record["route"]["reason"],
        "asked for by IMAGE_EDIT_PROVIDER"
    );
    test.ok("run background-swap jar.jpg --mask jar-mask.png --provider local -o flag.png");
    assert_eq!(
        test.json("flag.png.json")["route"]["chosen"],
        "local",
        "a flag is above the environment"
    );

    let wrong = Test::with_small_samples().variable("IMAGE_EDIT_PROVIDER", "lokal");
    let ran = wrong.fails(
        2,
        "run background-swap jar.jpg --mask jar-mask.png -o out.png",
    );
    assert_eq!(
        ran.stderr,
        "error: unknown provider `lokal`, asked for by IMAGE_EDIT_PROVIDER\nhint: did you mean `local`?\n"
    );
    let pro = wrong.fails(
        2,
        "run background-swap jar.jpg --mask jar-mask.png --tier pro -o out.png",
    );
    assert!(
        pro.stderr.contains("no provider plays the tier `pro`"),
        "{}",
        pro.stderr
    );
}

#[test]
fn faults_of_a_provider_have_their_own_exit_codes_and_write_nothing() {
    let test = Test::with_small_samples();
    let before = test.files();
    for (model, code) in [("refuse", 6), ("fault", 5), ("garbage", 5)] {
        test.fails(
            code,
            &format!(
                "run background-swap jar.jpg --mask jar-mask.png --provider mock --model {model}"
            ),
        );
    }
    test.write("not-a-picture.png", b"hello");
    test.fails(
        5,
        "run background-swap jar.jpg --mask jar-mask.png --reply not-a-picture.png",
    );
    std::fs::remove_file(test.path("not-a-picture.png")).unwrap();
    assert_eq!(test.files(), before);
}

#[test]
fn a_picture_edited_elsewhere_is_taken_as_the_reply() {
    let test = Test::with_small_samples();
    test.ok("run background-swap jar.jpg --mask jar-mask.png --provider mock --model paint -o painted.png");
    test.ok("run background-swap jar.jpg --mask jar-mask.png --reply painted.png -o out.png");
    let record = test.json("out.png.json");
    assert_eq!(record["route"]["chosen"], "file");
    assert_eq!(
        record["attempts"][0]["reply_sha256"],
        sha256(&test.read("painted.png"))
    );
    assert_eq!(record["verdict"]["status"], "pass");
}

#[test]
fn a_size_in_pixels_is_an_export_beside_the_master() {
    let test = Test::with_small_samples();
    let ran = test.ok("run outpaint-9x16 square.jpg -p target=stories -o tall.png");
    assert_eq!(ran.text(), "tall.png\ntall.1080x1920.png\n");
    assert_eq!(test.picture("tall.1080x1920.png").size(), (1080, 1920));
    let record = test.json("tall.png.json");
    assert_eq!(record["outputs"][1]["derived"], true);
    assert_eq!(record["outputs"][0]["derived"], false);
    let refused = test.fails(
        2,
        "run outpaint-9x16 square.jpg -p target=stories -o tall.png",
    );
    assert!(refused.stderr.contains("already there"));
}

#[test]
fn the_upright_picture_is_what_counts() {
    let test = Test::new();
    let upright = drawn(40, 24, Layout::Rgb);
    let jpeg = encode::encode(&upright, Format::Jpeg, 95).unwrap();
    test.write("turned.jpg", &with_orientation(&jpeg, 6));
    test.write(
        "recipe.toml",
        b"recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"x\"\n",
    );
    // Orientation 6 is turned clockwise when shown: 40 × 24 becomes 24 × 40.
    test.ok("run ./recipe.toml turned.jpg --mask rect:0,0,10,10 --provider mock -o out.png");
    let out = test.picture("out.png");
    assert_eq!(out.size(), (24, 40));
    let stored = scumble::picture::decode(&jpeg, u64::MAX).unwrap().picture;
    assert_eq!(
        out.pixel(23, 39),
        stored.pixel(39, 0),
        "clockwise: the stored right top is now at the bottom right"
    );
}

/// The JPEG with an EXIF segment that holds nothing but the orientation.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(tiff.len() + 2).unwrap();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn profile_alpha_and_greyness_stay() {
    let test = Test::new();
    test.write(
        "recipe.toml",
        b"recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"x\"\n[mask]\nfeather = 0\n",
    );
    let profile: std::sync::Arc<[u8]> = vec![7; 300].into();
    for layout in [Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::Rgba] {
        let picture = drawn(30, 20, layout).with_profile(Some(profile.clone()));
        test.write("in.png", &encode::png(&picture).unwrap());
        test.ok(
            "run ./recipe.toml in.png --mask rect:0,0,50%,50% --provider mock --force -o out.png",
        );
        let out = test.picture("out.png");
        assert_eq!(out.layout(), layout);
        assert_eq!(out.profile(), Some(&profile));
    }
}

#[test]
fn masks_of_other_scales_fit_only_when_asked() {
    let test = Test::with_small_samples();
    let mask = test.picture("jar-mask.png");
    let half =
        scumble::picture::export::scale(&mask, 90, 90, scumble::picture::export::Filter::Bilinear);
    test.write("half.png", &encode::png(&half).unwrap());
    let ran = test.fails(3, "run background-swap jar.jpg --mask half.png -o out.png");
    assert!(ran.stderr.contains("--fit-mask"), "{}", ran.stderr);
    test.ok("run background-swap jar.jpg --mask half.png --fit-mask -o out.png");
}

#[test]
fn protect_always_wins() {
    let test = Test::with_small_samples();
    let (w, h) = test.picture("hero.jpg").size();
    let protect = "rect:25%,25%,50%,50%"
        .parse::<scumble::picture::Shape>()
        .unwrap()
        .draw(w, h);
    let file = Picture::new(w, h, Layout::Grey, protect.coverage().to_vec());
    test.write("protect.png", &encode::png(&file).unwrap());
    test.ok("run seasonal-variation hero.jpg --protect protect.png -o out.png");
    let (before, after) = (test.picture("hero.jpg"), test.picture("out.png"));
    let kept = (0..w * h).filter(|at| protect.at(at % w, at / w) > 0);
    for at in kept {
        assert_eq!(before.pixel(at % w, at / w), after.pixel(at % w, at / w));
    }
    assert_ne!(before.pixel(1, 1), after.pixel(1, 1));
    assert_eq!(test.json("out.png.json")["lock"]["changed"], 0);
}

#[test]
fn a_new_project_works_at_once() {
    let test = Test::with_small_samples();
    let ran = test.ok("init shop");
    assert_eq!(ran.text().lines().count(), 3);
    std::fs::copy(test.path("jar.jpg"), test.path("shop/jar.jpg")).unwrap();
    std::fs::copy(test.path("jar-mask.png"), test.path("shop/jar-mask.png")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = test.command(env!("CARGO_BIN_EXE_scumble"));
        Ran::of(
            command
                .current_dir(test.path("shop"))
                .args(arguments)
                .output()
                .unwrap(),
        )
    };
    let edited = run(&["run", "linen-backdrop", "jar.jpg", "--mask", "jar-mask.png"]);
    assert_eq!(edited.code, 0, "{}", edited.stderr);
    let plan = run(&[
        "plan",
        "linen-backdrop",
        "jar.jpg",
        "--mask",
        "jar-mask.png",
    ]);
    assert!(
        plan.text().contains("draws a backdrop of linen"),
        "the prompt is understood: {}",
        plan.text()
    );
    let listed = run(&["list"]);
    assert!(listed.text().contains("linen-backdrop") && listed.text().contains("(project)"));
    assert_eq!(run(&["init"]).code, 2, "a project is never written over");
}

#[test]
fn partials_brands_and_the_users_folder_are_found() {
    let test = Test::with_small_samples();
    test.write("shop/recipes/mine.toml", b"recipe = 1\nname = \"mine\"\nkind = \"variation\"\nprompt = \"{% include 'mood.txt' %} in {{ brand.palette | list }}\"\n[provider.local]\ngrade = \"winter\"\n");
    test.write("shop/partials/mood.txt", b"Colder, {{ brand.voice }},");
    test.write("brand.toml", b"brand = 1\nname = \"acme\"\npalette = [\"#112233\", \"#445566\"]\nvoice = \"dry\"\nforbidden = [\"luxury\"]\n");
    let plan = test.ok("plan shop/recipes/mine.toml hero.jpg --brand brand.toml");
    assert!(
        plan.text().contains("Colder, dry, in #112233 and #445566"),
        "{}",
        plan.text()
    );
    assert!(plan.text().contains("brand       acme"));
}

#[test]
fn completions_know_every_verb() {
    let test = Test::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = test.ok(&format!("completions {shell}"));
        for verb in [
            "run",
            "plan",
            "demo",
            "init",
            "list",
            "show",
            "schema",
            "completions",
        ] {
            assert!(script.text().contains(verb), "{shell} knows {verb}");
        }
    }
}

#[test]
fn help_has_examples_and_ends_well() {
    let test = Test::new();
    for arguments in [
        "--help",
        "run --help",
        "plan --help",
        "demo --help",
        "init --help",
        "list --help",
        "show --help",
        "schema --help",
        "completions --help",
    ] {
        assert!(
            test.ok(arguments).text().contains("Examples:"),
            "{arguments}"
        );
    }
    assert!(test.ok("--version").text().starts_with("scumble "));
}
