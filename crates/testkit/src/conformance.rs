//! What every connector promises, as checks over a fresh one. A hook tells the suite what lies beyond the trait: how to
//! put a contact there by hand. Does not test what only one replica does (bulk semantics, file formats).

use crate::block_on;
use connector::{Connector, NoProgress, Presence, Write, WriteKind, WriteResult};
use model::{Author, Cell, Field, FieldId, Record, RecordId, Schema, Via};

/// A connector under test.
pub trait Subject {
    /// The fields it was built with: first name, phone and e-mail at least.
    fn schema(&self) -> &Schema;
    /// The connector. May be built anew each time: one value serves one run.
    fn connector(&self) -> Box<dyn Connector>;
    /// Puts a contact there by hand.
    fn put(&self, first_name: &str, phone: &str, email: &str);
    /// Runs a future: a connector with input and output needs its own runtime.
    fn run<T>(&self, future: impl Future<Output = T>) -> T
    where
        Self: Sized,
    {
        block_on(future)
    }
    /// What the replica makes of an e-mail when it takes one in.
    fn taken_email(&self, email: &str) -> String {
        email.to_owned()
    }
    /// Whether it refuses to write over something that it was not told of.
    fn notices_moves(&self) -> bool {
        false
    }
}

const ANN: &str = "+14155550101";
const BOB: &str = "+14155550102";

fn field<S: Subject>(subject: &S, field: &Field) -> FieldId {
    subject.schema().position(field).unwrap()
}

fn records<S: Subject>(subject: &S) -> Vec<Record> {
    let connector = subject.connector();
    let listing = subject.run(connector.list(&NoProgress)).unwrap();
    assert!(listing.is_complete(), "{:?}", listing.coverage);
    listing.table.iter().map(model::RowRef::to_record).collect()
}

fn record<S: Subject>(subject: &S, phone: &str) -> Option<Record> {
    let at = field(subject, &Field::Phone).index();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    records(subject).into_iter().find(|record| digits(record.cell(at).text()) == digits(phone))
}

fn apply<S: Subject>(subject: &S, writes: &[Write]) -> Vec<WriteResult> {
    let connector = subject.connector();
    // A connector may insist on having read what it is to change.
    subject.run(connector.list(&NoProgress)).unwrap();
    let results = subject.run(connector.apply(writes, &NoProgress)).unwrap();
    assert_eq!(results.len(), writes.len(), "one result per write");
    results
}

fn write(kind: WriteKind, via: Via, current: Option<Record>, set: &[(FieldId, &str)]) -> Write {
    let set = set.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
    Write { kind, via, current, set }
}

fn is_done(result: &WriteResult) -> bool {
    matches!(result, WriteResult::Done { .. })
}

/// All checks, each on a fresh subject.
pub fn all<S: Subject>(fresh: impl Fn() -> S) {
    lists_everything(&fresh());
    shows_what_was_created(&fresh());
    changes_only_what_was_named(&fresh());
    empties_a_field(&fresh());
    deletes(&fresh());
    answers_in_order(&fresh());
    does_nothing_for_nothing(&fresh());
    reads_in_order(&fresh());
    tells_who_set_which_value(&fresh());
    if fresh().notices_moves() {
        refuses_to_overwrite_blindly(&fresh());
    }
}

/// Every record, with every text as it stands.
pub fn lists_everything<S: Subject>(subject: &S) {
    assert!(records(subject).is_empty(), "it starts empty");
    subject.put("Ånn ", ANN, "Ann@Example.com");
    subject.put("", BOB, "");
    assert_eq!(records(subject).len(), 2);
    let ann = record(subject, ANN).unwrap();
    assert_eq!(ann.cell(field(subject, &Field::Email).index()), Cell::Value(&subject.taken_email("Ann@Example.com")));
    let bob = record(subject, BOB).unwrap();
    assert_eq!(bob.cell(field(subject, &Field::Email).index()), Cell::Cleared, "empty is not unknown");
}

/// Histories come in the order asked, newest first, with our own writes told apart; and from whoever tells none, nothing.
pub fn tells_who_set_which_value<S: Subject>(subject: &S) {
    let (name, phone) = (field(subject, &Field::FirstName), field(subject, &Field::Phone));
    subject.put("Ann", ANN, "");
    let ann = record(subject, ANN).unwrap();
    let connector = subject.connector();
    let capabilities = connector.capabilities();
    if capabilities.field_times {
        let update = write(WriteKind::Update, capabilities.update_via, Some(ann.clone()), &[(name, "Anna")]);
        assert!(is_done(&apply(subject, &[update])[0]));
    }
    let ids = [RecordId::from("999999999999"), ann.id];
    let told = subject.run(connector.field_history(&ids, &[phone, name], &NoProgress)).unwrap();
    assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert!(told[0].iter().all(Vec::is_empty), "{told:?}");
    let names: Vec<_> = told[1][1].iter().map(|version| (version.value.as_str(), version.stamp.by)).collect();
    let expected: &[_] =
        if capabilities.field_times { &[("Anna", Author::Tieline), ("Ann", Author::Person)] } else { &[] };
    assert_eq!(names, expected);
    assert_eq!(told[1][0].is_empty(), !capabilities.field_times);
}

/// A new record is in the next listing, under the id that was told.
pub fn shows_what_was_created<S: Subject>(subject: &S) {
    let (name, phone) = (field(subject, &Field::FirstName), field(subject, &Field::Phone));
    let via = subject.connector().capabilities().create_via;
    let results = apply(subject, &[write(WriteKind::Create, via, None, &[(name, "Ann"), (phone, ANN)])]);
    let WriteResult::Done { id, .. } = &results[0] else { panic!("{results:?}") };
    let ann = record(subject, ANN).unwrap();
    assert_eq!(ann.cell(name.index()), Cell::Value("Ann"));
    assert!(id.is_none() || id.as_ref() == Some(&ann.id), "{id:?} is not {:?}", ann.id);
}

/// The other fields, and the other records, stay.
pub fn changes_only_what_was_named<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "ann@example.com");
    subject.put("Bob", BOB, "bob@example.com");
    let capabilities = subject.connector().capabilities();
    for via in [capabilities.update_via, capabilities.phone_update_via] {
        let before = record(subject, ANN).unwrap();
        let bob = record(subject, BOB).unwrap();
        let value = format!("Anna {via:?}");
        let name = field(subject, &Field::FirstName);
        let results = apply(subject, &[write(WriteKind::Update, via, Some(before.clone()), &[(name, &value)])]);
        assert!(is_done(&results[0]), "{results:?}");
        let mut wanted = before;
        wanted.cells[name.index()] = Cell::Value(&value).to_owned();
        let after = record(subject, ANN).unwrap();
        assert_eq!((&after.id, &after.cells), (&wanted.id, &wanted.cells));
        assert_eq!(record(subject, BOB).unwrap().cells, bob.cells);
    }
}

/// An empty text empties.
pub fn empties_a_field<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "ann@example.com");
    let via = subject.connector().capabilities().phone_update_via;
    let ann = record(subject, ANN).unwrap();
    let email = field(subject, &Field::Email);
    let results = apply(subject, &[write(WriteKind::Update, via, Some(ann), &[(email, "")])]);
    assert!(is_done(&results[0]), "{results:?}");
    assert_eq!(record(subject, ANN).unwrap().cell(email.index()), Cell::Cleared);
}

/// Deleted is gone from listings and reads, and nothing else is.
pub fn deletes<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "");
    subject.put("Bob", BOB, "");
    let via = subject.connector().capabilities().delete_via;
    let ann = record(subject, ANN).unwrap();
    let results = apply(subject, &[write(WriteKind::Delete, via, Some(ann.clone()), &[])]);
    assert!(is_done(&results[0]), "{results:?}");
    assert!(record(subject, ANN).is_none());
    assert!(record(subject, BOB).is_some());
    if ann.native_id {
        let connector = subject.connector();
        let read = subject.run(connector.read(std::slice::from_ref(&ann.id), &NoProgress)).unwrap();
        assert_eq!(read, [Presence::Gone]);
    }
}

/// A result stands where its write stood, also when some cannot be done.
pub fn answers_in_order<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "");
    subject.put("Bob", BOB, "");
    let capabilities = subject.connector().capabilities();
    let name = field(subject, &Field::FirstName);
    let (ann, bob) = (record(subject, ANN).unwrap(), record(subject, BOB).unwrap());
    let mut nobody = ann.clone();
    nobody.id = RecordId::from("99999999");
    let phone = field(subject, &Field::Phone).index();
    nobody.cells[phone] = Cell::Value("+14155550199").to_owned();
    let via = capabilities.phone_update_via;
    let update = |record: &Record, text: &str| write(WriteKind::Update, via, Some(record.clone()), &[(name, text)]);
    let results = apply(subject, &[update(&ann, "A"), update(&nobody, "N"), update(&bob, "B")]);
    assert!(is_done(&results[0]) && !is_done(&results[1]) && is_done(&results[2]), "{results:?}");
    assert_eq!(record(subject, ANN).unwrap().cell(name.index()), Cell::Value("A"));
    assert_eq!(record(subject, BOB).unwrap().cell(name.index()), Cell::Value("B"));
}

/// An empty batch has no effect and no trouble.
pub fn does_nothing_for_nothing<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "");
    let before = records(subject);
    assert!(apply(subject, &[]).is_empty());
    assert_eq!(records(subject), before);
    let connector = subject.connector();
    assert!(subject.run(connector.read(&[], &NoProgress)).unwrap().is_empty());
}

/// Reads answer in the order asked, and an unknown id is gone.
pub fn reads_in_order<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "");
    subject.put("Bob", BOB, "");
    let (ann, bob) = (record(subject, ANN).unwrap(), record(subject, BOB).unwrap());
    let ids = [bob.id.clone(), RecordId::from("99999999"), ann.id.clone()];
    let connector = subject.connector();
    let read = subject.run(connector.read(&ids, &NoProgress)).unwrap();
    let [Presence::Present(first), Presence::Gone | Presence::Never, Presence::Present(last)] = read.as_slice() else {
        panic!("{read:?}")
    };
    assert_eq!((&first.id, &last.id), (&bob.id, &ann.id));
}

/// A record that changed after it was read is stale, and stays as it is.
pub fn refuses_to_overwrite_blindly<S: Subject>(subject: &S) {
    subject.put("Ann", ANN, "");
    let name = field(subject, &Field::FirstName);
    let via = subject.connector().capabilities().update_via;
    let mut seen = record(subject, ANN).unwrap();
    seen.cells[name.index()] = Cell::Value("Anna").to_owned();
    let results = apply(subject, &[write(WriteKind::Update, via, Some(seen), &[(name, "Annie")])]);
    assert!(matches!(results[0], WriteResult::Stale { .. }), "{results:?}");
    assert_eq!(record(subject, ANN).unwrap().cell(name.index()), Cell::Value("Ann"));
}
