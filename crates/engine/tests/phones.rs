//! The phone rules against the table of cases, against the library's examples of every region, and
//! against any text at all.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::normalizer::phone::{Phone, PhoneNormalizer, Region, Verdict};
use proptest::prelude::*;

/// One row of `fixtures/phones.tsv`.
struct Case {
    class: String,
    region: Region,
    raw: String,
    want: String,
}

#[allow(clippy::disallowed_methods)] // a test reads its own fixture
fn cases() -> Vec<Case> {
    let path = std::env::var("PHONES_TSV")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/phones.tsv").to_owned());
    let table = std::fs::read_to_string(path).expect("the fixture is readable");
    table.lines().skip(1).map(case).collect()
}

fn case(line: &str) -> Case {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |i: usize| cells.get(i).copied().unwrap_or_default();
    Case {
        class: cell(0).to_owned(),
        region: cell(1).parse().expect("a known region"),
        raw: unescape(cell(2)),
        want: format!("{} {} {}", cell(3), cell(4), cell(5)).trim_end().to_owned(),
    }
}

/// `\u{HEX}`, `\n`, `\r`, `\t` and `\\`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let (hex, tail) = after[2..].split_once('}').expect("a closed escape");
                let code = u32::from_str_radix(hex, 16).expect("hexadecimal");
                out.push(char::from_u32(code).expect("a character"));
                rest = tail;
                continue;
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out + rest
}

fn show(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept(phone) => format!("ACCEPT {} {}", phone.e164, phone.extension),
        Verdict::Unverified(phone) => format!("UNVERIFIED {} {}", phone.e164, phone.extension),
        Verdict::Split(phones) => {
            let numbers: Vec<&str> = phones.iter().map(|phone| &*phone.e164).collect();
            format!("SPLIT {}", numbers.join("|"))
        }
        Verdict::Reject(_) => "REJECT".to_owned(),
    }
    .trim_end()
    .to_owned()
}

#[test]
fn every_case_of_the_table() {
    let normalizer = PhoneNormalizer::new(Region::NONE);
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let cases = cases();
    for case in &cases {
        let verdict = normalizer.normalize_in(&case.raw, case.region);
        if show(&verdict) != case.want {
            let line = format!("{} {:?}: {verdict:?}, not {}", case.region, case.raw, case.want);
            wrong.entry(case.class.clone()).or_default().push(line);
        }
    }
    let mut table = String::new();
    for (class, lines) in &wrong {
        let _ = writeln!(table, "{class}\n    {}", lines.join("\n    "));
    }
    let count: usize = wrong.values().map(Vec::len).sum();
    println!("{} of {} cases\n{table}", cases.len() - count, cases.len());
    assert_eq!(count, 0, "{table}");
}

/// A valid number of every region, by the library's own examples.
fn examples() -> Vec<(Region, i32, String)> {
    let library = rlibphonenumber::PhoneNumberUtil::new().expect("the metadata is readable");
    let mut regions: Vec<_> = library.get_supported_regions().collect();
    regions.sort_unstable();
    let read = |region: rlibphonenumber::Region| {
        let number = library.get_example_number(region).expect("an example");
        let e164 = library.format(&number, rlibphonenumber::PhoneNumberFormat::E164);
        let region = region.to_string().parse().expect("a known region");
        (region, number.country_code, e164.into_owned())
    };
    regions.into_iter().map(read).collect()
}

#[test]
fn every_region_in_every_international_habit() {
    let normalizer = PhoneNormalizer::new(Region::NONE);
    let accept =
        |e164: &str, extension: &str| Verdict::Accept(Phone { e164: e164.into(), extension: extension.into() });
    for (region, code, e164) in examples() {
        let code = code.to_string();
        let nsn = &e164[1 + code.len()..];
        let wide: String = nsn
            .chars()
            .filter_map(|c| char::from_digit(c.to_digit(10)?, 10))
            .filter_map(|c| char::from_u32(u32::from(c) + 0xfee0))
            .collect();
        for text in [
            format!("+{code}{wide}"),
            format!("++{code} {nsn}"),
            format!("(+{code}) {nsn}"),
            format!("+({code}){nsn}"),
            format!("00{code}{nsn}"),
            format!("(00) {code} {nsn}"),
            format!("+{code}+{code}{nsn}"),
            format!("+{code}00{code}{nsn}"),
            format!("{e164} {e164}"),
            format!("{e164}.0"),
            format!("=\"{e164}\""),
            format!("'{e164}"),
            format!("Mobil: {e164} (privat)"),
            format!("{e164} DO NOT CALL"),
            format!("https://wa.me/{code}{nsn}"),
            format!("<a href=\"tel:{e164}\">"),
            format!("\u{202a}{e164}\u{202c}\n"),
        ] {
            assert_eq!(normalizer.normalize(&text), accept(&e164, ""), "{region} {text:?}");
        }
        for text in [format!("{e164} x12"), format!("{e164}, EXT: 12"), format!("{e164};ext=12")] {
            assert_eq!(normalizer.normalize(&text), accept(&e164, "12"), "{region} {text:?}");
        }
        for text in [
            format!("{e164} poste 12"),
            format!("{e164} (after 6pm)"),
            format!("{e164}@s.whatsapp.net"),
            format!("+{code} {}", nsn.replace(['0', '1', '2', '9'], "l")),
        ] {
            let verdict = normalizer.normalize(&text);
            assert!(matches!(verdict, Verdict::Reject(_)), "{region} {text:?}: {verdict:?}");
        }
        let other = if code == "1" { "+442071838750" } else { "+14155551234" };
        for between in [" / ", "/", "; ", ", ", " or ", " & ", " - ", "\n", "|", "/x", " "] {
            let verdict = normalizer.normalize(&format!("{e164}{between}{other}"));
            assert_eq!(show(&verdict), format!("SPLIT {e164}|{other}"), "{between:?}");
        }
    }
}

/// Text made of what phone cells are made of, so that the rules are reached.
fn cell_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "+",
        "++",
        "00",
        "(0)",
        "1",
        "49",
        "44",
        "52",
        "4155551234",
        "15123456789",
        "2071838750",
        "7",
        "0",
        "12",
        " ",
        "-",
        " - ",
        "/",
        "/x",
        ".",
        ",",
        ";",
        "\n",
        "x",
        "ext ",
        "tel:",
        "Tel ",
        ";phone-context=",
        ";ext=",
        ";isub=",
        "wa.me/",
        "E+9",
        ".0",
        "\u{664}",
        "\u{200b}",
        "O",
        "FLOWERS",
        "(home)",
        "*",
        "#",
        "xx",
        "@",
        " or ",
        "\u{ff0b}",
        "é",
        "\u{301}",
        "\u{1d7d9}",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_region() -> impl Strategy<Value = Region> {
    prop::sample::select(
        ["ZZ", "US", "DE", "GB", "MX", "AT", "BR", "IT", "AR", "KR", "FI", "SG", "TK"]
            .map(|code| code.parse::<Region>().expect("a known region"))
            .to_vec(),
    )
}

thread_local! {
    static NORMALIZER: PhoneNormalizer = PhoneNormalizer::new(Region::NONE);
}

/// What came out reads back as itself, in any region.
fn check_fixed_point(raw: &str, region: Region) {
    NORMALIZER.with(|normalizer| {
        let verdict = normalizer.normalize_in(raw, region);
        let phones = match &verdict {
            Verdict::Accept(phone) | Verdict::Unverified(phone) => std::slice::from_ref(phone),
            Verdict::Split(phones) => {
                assert!(phones.len() > 1, "{raw:?}: {verdict:?}");
                phones
            }
            Verdict::Reject(_) => &[],
        };
        for phone in phones {
            let again = normalizer.normalize(&phone.to_string());
            let (Verdict::Accept(same) | Verdict::Unverified(same)) = &again else {
                panic!("{raw:?} gave {phone}, which gave {again:?}");
            };
            assert_eq!(same, phone, "{raw:?}");
            let kept = matches!(again, Verdict::Accept(_));
            assert_eq!(kept, !matches!(verdict, Verdict::Unverified(_)), "{raw:?}");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases.max(2000),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_safe(raw in any::<String>(), region in any_region()) {
        check_fixed_point(&raw, region);
    }

    #[test]
    fn any_cell_is_a_fixed_point(raw in cell_text(), region in any_region()) {
        check_fixed_point(&raw, region);
    }

    #[test]
    fn any_plus_digits_are_a_fixed_point(raw in "\\+[1-9][0-9]{4,18}", region in any_region()) {
        check_fixed_point(&raw, region);
    }

    #[test]
    fn any_national_digits_are_a_fixed_point(raw in "[0-9]{5,13}", region in any_region()) {
        check_fixed_point(&raw, region);
    }
}

/// The library panics on this shape; the guard must stand in front of every way to it.
#[test]
fn the_known_panic_is_guarded() {
    let normalizer = PhoneNormalizer::new(Region::NONE);
    for text in ["1;phone-context=+1;tel:2", "tel:1;phone-context=+1;tel:2", "12345678;phone-context=+1;tel:2"] {
        assert!(matches!(normalizer.normalize(text), Verdict::Reject(_)), "{text}");
    }
}
