//! The parts by themselves, over 20,000 made-up contacts a side, 8 % of them changed: `just bench`. What a number of a
//! million comes to as a whole is `bench plan`'s (docs/performance.md).

#![allow(missing_docs, clippy::unwrap_used)]

use bench::measured::{connector, schema, settings};
use bench::people::everybody;
use bench::{folder, measured};
use connector::{Connector, NoProgress};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use engine::matcher::{Context, resolve};
use engine::normalizer::Normalizer;
use engine::planner::{Input, State};
use engine::survey::survey;
use model::{BySide, Cell, Field, LinkId, Listing};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::path::Path;
use store::Store;

const SIZE: u64 = 20_000;

fn normaliser(c: &mut Criterion) {
    let e164: Vec<String> = everybody(SIZE, 1).map(|person| person.phone).collect();
    let written: Vec<String> =
        e164.iter().filter(|phone| phone.starts_with("+1")).map(|phone| national(phone)).collect();
    let new = || Normalizer::new("US".parse().unwrap());
    let read = |normalizer: &Normalizer, phones: &[String]| {
        for phone in phones {
            black_box(normalizer.read_phone(phone));
        }
    };
    let mut group = c.benchmark_group("normaliser");
    group.sample_size(10);
    group.throughput(Throughput::Elements(e164.len() as u64));
    group.bench_function("E.164, never read before", |b| {
        b.iter_batched_ref(new, |normalizer| read(normalizer, &e164), BatchSize::PerIteration);
    });
    let known = new();
    read(&known, &e164);
    group.bench_function("E.164, read before", |b| b.iter(|| read(&known, &e164)));
    group.throughput(Throughput::Elements(written.len() as u64));
    group.bench_function("as people write it", |b| b.iter(|| read(&known, &written)));
    let name = Cell::Value("Ann-Kathrin  O’Neill");
    group.throughput(Throughput::Elements(1));
    group.bench_function("a name", |b| b.iter(|| black_box(known.canon(&Field::FirstName, black_box(name)))));
    group.finish();
}

fn national(e164: &str) -> String {
    format!("({}) {}-{}", &e164[2..5], &e164[5..8], &e164[8..])
}

fn csv(c: &mut Criterion, path: &Path) {
    let runtime = measured::runtime().unwrap();
    let mut group = c.benchmark_group("csv");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(std::fs::metadata(path.join("right.csv")).unwrap().len()));
    group.bench_function("list", |b| {
        b.iter(|| runtime.block_on(connector(path, "right.csv", &schema()).list(&NoProgress)).unwrap());
    });
    group.finish();
}

fn store(c: &mut Criterion, path: &Path) {
    let (state, schema) = (folder::state(path), schema());
    let mut group = c.benchmark_group("store");
    group.sample_size(20);
    group.throughput(Throughput::Elements(SIZE));
    group.bench_function("open, with a look for damage", |b| b.iter(|| Store::open_existing(&state).unwrap()));
    let store = Store::open_existing(&state).unwrap();
    group.bench_function("all links", |b| b.iter(|| store.link_heads(&schema).unwrap()));
    let some: Vec<LinkId> = store.link_heads(&schema).unwrap().iter().step_by(12).map(|head| head.id).collect();
    group.throughput(Throughput::Elements(some.len() as u64));
    group.bench_function("bases of every twelfth", |b| b.iter(|| store.bases(&schema, &some).unwrap()));
    group.finish();
}

/// Everything between two listings and a plan, on the state as it is.
fn engine(c: &mut Criterion, path: &Path) {
    let schema = schema();
    let mut store = Store::open_existing(&folder::state(path)).unwrap();
    store.set_schema(&schema, &Normalizer::version()).unwrap();
    let heads = store.link_heads(&schema).unwrap();
    let list = |name: &str| -> Listing {
        measured::runtime().unwrap().block_on(connector(path, name, &schema).list(&NoProgress)).unwrap()
    };
    let listings = BySide { justcall: list("left.csv"), crm: list("right.csv") };
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let normalizer = Normalizer::new("US".parse().unwrap());
    let settings = settings(&schema);
    let bases = store.bases(&schema, &survey(&schema, tables, &heads).needs_base(&heads)).unwrap();
    let (nobody, apart) = (BTreeSet::new(), BTreeSet::new());
    let gone = BySide { justcall: &nobody, crm: &nobody };
    let context = Context { normalizer: &normalizer, settings: &settings, tables, heads: &heads, gone, apart: &apart };
    let abilities = measured::abilities(path);
    let mut group = c.benchmark_group("engine");
    group.sample_size(20);
    group.throughput(Throughput::Elements(SIZE));
    group.bench_function("join by id", |b| b.iter(|| survey(&schema, tables, &heads)));
    let seen = survey(&schema, tables, &heads);
    group.bench_function("match by number", |b| {
        b.iter_batched(|| seen.clone(), |seen| resolve(&context, seen), BatchSize::LargeInput);
    });
    let matching = resolve(&context, seen);
    let (state, approvals) = (State::default(), BTreeMap::new());
    group.bench_function("decide", |b| {
        b.iter(|| {
            engine::planner::plan(&Input {
                settings: &settings,
                normalizer: &normalizer,
                listings: listings.as_ref(),
                heads: &heads,
                matching: &matching,
                bases: &bases,
                state: &state,
                capabilities: abilities.as_ref(),
                approvals: &approvals,
                now: listings.crm.read_at,
            })
        });
    });
    group.finish();
}

fn parts(c: &mut Criterion) {
    let path = tempfile::tempdir().unwrap();
    folder::make(path.path(), SIZE, 1).unwrap();
    normaliser(c);
    csv(c, path.path());
    store(c, path.path());
    engine(c, path.path());
    let mut group = c.benchmark_group("whole");
    group.sample_size(10);
    group.throughput(Throughput::Elements(SIZE));
    group.bench_function("a warm plan, from opening the state to JSON", |b| {
        b.iter(|| measured::plan(path.path()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, parts);
criterion_main!(benches);
