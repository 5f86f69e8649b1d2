//! Plans, runs and conflicts to draw.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses some of them

use jiff::Timestamp;
use model::*;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn change(field: &str, before: Option<&str>, after: &str) -> Change {
    Change { field: field.parse().unwrap(), before: before.map(str::to_owned), after: after.to_owned() }
}

pub fn action(side: Side, kind: ActionKind, name: &str, phone: &str, reason: Rule, via: Via) -> Action {
    Action {
        side,
        kind,
        record_id: (kind != ActionKind::Create).then(|| "98765".into()),
        other_id: Some("17".into()),
        phone: phone.to_owned(),
        reason,
        via,
        changes: Vec::new(),
        name: name.to_owned(),
        note: String::new(),
        link: Some(LinkId(1)),
        expect: BySide::default(),
        evidence: None,
        agreed: Vec::new(),
        cycle: None,
        id: ActionId::default(),
    }
}

pub fn conflict() -> Conflict {
    Conflict {
        id: ConflictId("c3f9a01b77e".into()),
        kind: ConflictKind::BothEdited,
        phone: "+14155550142".into(),
        name: "Grace Hopper".into(),
        field: Some(Field::Company),
        base: Some("Eckert-Mauchly Computer Corporation, Philadelphia".into()),
        justcall: Some("Eckert-Mauchly Computer Corporation, Arlington".into()),
        crm: Some("Remington Rand Corporation, Philadelphia".into()),
        justcall_id: Some("98111".into()),
        crm_id: Some("21".into()),
        since: at("2026-06-28T02:00:00Z"),
        records: Vec::new(),
        detail: String::new(),
        link: Some(LinkId(7)),
        for_all: true,
        set: model::BySide::default(),
    }
}

pub fn shared() -> Conflict {
    let member = |side, id: &str, name: &str| GroupMember { side, id: id.into(), name: name.into(), linked: false };
    Conflict {
        id: ConflictId("c0a1b2c3d4e".into()),
        kind: ConflictKind::SharedPhone,
        name: String::new(),
        field: None,
        base: None,
        justcall: None,
        crm: None,
        justcall_id: None,
        crm_id: None,
        records: vec![member(Side::Crm, "31", "Front Desk"), member(Side::Crm, "32", "Ida Rhodes")],
        phone: "+14155550100".into(),
        link: None,
        for_all: false,
        set: model::BySide::default(),
        ..conflict()
    }
}

pub fn held(side: Side, name: &str, reason: HeldReason, until: Option<&str>) -> Held {
    Held {
        side,
        kind: ActionKind::Delete,
        record_id: Some("77".into()),
        phone: "+14155550177".into(),
        reason,
        until: until.map(at),
        other_id: None,
        name: name.to_owned(),
        detail: String::new(),
        class: (reason == HeldReason::Guard).then(|| "deletes".to_owned()),
        link: Some(LinkId(3)),
    }
}

pub fn skipped(side: Side, id: &str, reason: SkipReason, detail: &str) -> Skipped {
    Skipped { side, record_id: id.into(), reason, detail: detail.to_owned() }
}

pub fn guard_alarm() -> Alarm {
    Alarm {
        kind: AlarmKind::Guard,
        side: None,
        class: Some("deletes".into()),
        count: 40,
        limit: 5,
        detail: "40 deletes planned, 5 pass without approval: withheld; --approve deletes=40 lets them through".into(),
    }
}

pub fn empty_plan() -> Plan {
    let mut summary = Summary::default();
    for side in Side::BOTH {
        *summary.side_mut(side) = SideSummary { unchanged: 1_204, records: 1_204, ..SideSummary::default() };
    }
    Plan {
        format: PLAN_FORMAT.into(),
        id: PlanId("p4d1e0c77".into()),
        created_at: at("2026-07-01T02:00:07Z"),
        state_serial: 12,
        summary,
        actions: Vec::new(),
        conflicts: Vec::new(),
        held: Vec::new(),
        skipped: Vec::new(),
        cost: BySide::default(),
        quotas: BySide::default(),
        alarms: Vec::new(),
        observations: Vec::new(),
        binding: Binding::default(),
        listed: BySide { justcall: 1_204, crm: 1_204 },
        undoes: None,
        decided: Vec::new(),
    }
}

fn rich_actions() -> Vec<Action> {
    let mut link = action(Side::Justcall, ActionKind::Link, "Ada Byron", "+442071838750", Rule::R12, Via::State);
    link.agreed = vec![Field::FirstName, Field::Phone];
    let mut update = action(Side::Justcall, ActionKind::Update, "Ada Lovelace", "+14155559876", Rule::R3, Via::Bulk);
    update.changes = vec![
        change("company", Some("Acme"), "Acme Corp"),
        change("email", Some("ada@example.com"), ""),
        change(
            "custom.notes",
            Some("Prefers calls after six in the evening, never on Fridays; ask for the assistant first."),
            "Prefers calls before noon, never on Fridays; ask for the assistant first.",
        ),
    ];
    let mut phone = action(Side::Crm, ActionKind::Update, "Zoë Müller", "+4930123456", Rule::R2, Via::File);
    phone.changes = vec![change("phone", Some("+49 30 123456"), "+4930654321")];
    let mut create = action(Side::Justcall, ActionKind::Create, "山田 太郎", "+81312345678", Rule::R11, Via::Bulk);
    create.record_id = None;
    create.changes = vec![
        change("first_name", None, "太郎"),
        change("last_name", None, "山田"),
        change("phone", None, "+81312345678"),
        change("email", None, "taro@example.jp"),
        change("company", None, "株式会社サンプル"),
    ];
    let mut delete = action(Side::Crm, ActionKind::Delete, "Old Friend", "+14155550111", Rule::R5, Via::File);
    delete.evidence = Some(Evidence {
        sightings: 2,
        first_at: at("2026-06-30T02:00:03Z"),
        last_at: at("2026-07-01T02:00:03Z"),
        proof: "404".into(),
        target_equals_base: RowHash(1),
    });
    vec![link, update, phone, create, delete]
}

pub fn rich_plan() -> Plan {
    let mut plan = empty_plan();
    plan.actions = rich_actions();
    plan.conflicts = vec![shared(), conflict()];
    plan.held = vec![
        held(Side::Crm, "Alan Turing", HeldReason::Guard, None),
        held(Side::Justcall, "Konrad Zuse", HeldReason::AwaitingSighting, Some("2026-07-01T22:00:00Z")),
    ];
    plan.skipped = vec![
        skipped(Side::Crm, "9", SkipReason::DestroyedPhone, "4.15556E+09"),
        skipped(Side::Crm, "10", SkipReason::InvalidPhone, "n/a"),
        skipped(Side::Crm, "11", SkipReason::InvalidPhone, "call\u{1b}[2Jme\u{202e}"),
        skipped(Side::Crm, "12", SkipReason::InvalidPhone, "none"),
        skipped(Side::Crm, "13", SkipReason::InvalidPhone, "unknown"),
    ];
    plan.alarms = vec![guard_alarm()];
    plan.cost = BySide { justcall: Cost { requests: 127, seconds: 125.0 }, crm: Cost::default() };
    plan.summary.justcall = SideSummary {
        create: 1,
        update: 1,
        unchanged: 1_200,
        held: 1,
        conflict: 1,
        records: 1_203,
        ..SideSummary::default()
    };
    plan.summary.crm = SideSummary {
        update: 1,
        delete: 1,
        unchanged: 1_200,
        held: 1,
        conflict: 3,
        skipped: 5,
        records: 1_211,
        ..SideSummary::default()
    };
    plan.summary.conflicts = 2;
    plan
}

pub fn run() -> RunReport {
    RunReport {
        format: RUN_FORMAT.into(),
        run: RunId("r20260701-0200".into()),
        outcome: RunOutcome::Partial,
        applied: BySide {
            justcall: Applied { create: 1_250, update: 2, delete: 0 },
            crm: Applied { create: 0, update: 1, delete: 1 },
        },
        stale: vec![StaleRecord {
            side: Side::Crm,
            phone: "+14155550123".into(),
            record_id: Some("44".into()),
            detail: "the email changed after the plan was made".into(),
        }],
        failed: vec![
            FailedWrite {
                side: Side::Justcall,
                phone: "+14155550199".into(),
                error: "422: contact_number is not valid".into(),
                record_id: None,
                unknown: false,
            },
            FailedWrite {
                side: Side::Justcall,
                phone: "+14155550198".into(),
                error: "connection closed before the answer".into(),
                record_id: Some("5".into()),
                unknown: true,
            },
        ],
        held: vec![held(Side::Crm, "Alan Turing", HeldReason::Guard, None)],
        conflicts: vec![conflict()],
        parked: 0,
        alarms: vec![guard_alarm()],
        requests: BySide { justcall: 9, crm: 0 },
        seconds: 8.1,
        plan: Some(PlanId("p4d1e0c77".into())),
        error: None,
    }
}
