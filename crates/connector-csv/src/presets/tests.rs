//! Headers of real exports, as data.

use super::*;

fn header(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

/// id, first name, last name, phone, email, company
fn mapped(line: &str) -> (Preset, [String; 6]) {
    let detection = detect(&header(line));
    let of = |field: Field| {
        detection.mapping.iter().find(|(mapped, _)| *mapped == field).map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let id = detection.id_column.clone().unwrap_or_default();
    let names = [id, of(Field::FirstName), of(Field::LastName), of(Field::Phone), of(Field::Email), of(Field::Company)];
    (detection.preset, names)
}

#[test]
fn each_product_is_known_by_its_header() {
    for (line, preset, names) in [
        (
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Lifecycle Stage,Create Date,Associated Company",
            Preset::Hubspot,
            ["Record ID", "First Name", "Last Name", "Phone Number", "Email", "Associated Company"],
        ),
        (
            "Record ID - Contact,Phone Number,Company Name,Email",
            Preset::Hubspot,
            ["Record ID - Contact", "", "", "Phone Number", "Email", "Company Name"],
        ),
        (
            "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Phone,Mobile,Email,Contact ID",
            Preset::Salesforce,
            ["Contact ID", "First Name", "Last Name", "Phone", "Email", "Account Name"],
        ),
        (
            "Id,IsDeleted,AccountId,LastName,FirstName,Salutation,MailingStreet,Phone,MobilePhone,Email,OwnerId,SystemModstamp",
            Preset::Salesforce,
            ["Id", "FirstName", "LastName", "Phone", "Email", ""],
        ),
        (
            "Person - ID,Person - Name,Person - First name,Person - Last name,Person - Organization,Person - Phone - Work,Person - Phone - Mobile,Person - Email - Work",
            Preset::Pipedrive,
            [
                "Person - ID",
                "Person - First name",
                "Person - Last name",
                "Person - Phone - Work",
                "Person - Email - Work",
                "Person - Organization",
            ],
        ),
        (
            "Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Account Name.id,Account Name,Email,Phone,Mobile,Modified Time",
            Preset::Zoho,
            ["Record Id", "First Name", "Last Name", "Phone", "Email", "Account Name"],
        ),
        (
            "First Name,Middle Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value",
            Preset::Google,
            ["", "First Name", "Last Name", "Phone 1 - Value", "E-mail 1 - Value", "Organization Name"],
        ),
        (
            "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Name",
            Preset::Google,
            ["", "Given Name", "Family Name", "Phone 1 - Value", "E-mail 1 - Value", "Organization 1 - Name"],
        ),
        (
            "First Name,Middle Name,Last Name,Company,Job Title,Business Phone,Home Phone,Mobile Phone,E-mail Address,E-mail 2 Address",
            Preset::Outlook,
            ["", "First Name", "Last Name", "Mobile Phone", "E-mail Address", "Company"],
        ),
        (
            "id,Vorname,Nachname,Telefon,E-Mail,Firma",
            Preset::Plain,
            ["id", "Vorname", "Nachname", "Telefon", "E-Mail", "Firma"],
        ),
        (
            "id,firstname,lastname,phone,email,company",
            Preset::Plain,
            ["id", "firstname", "lastname", "phone", "email", "company"],
        ),
    ] {
        assert_eq!(mapped(line), (preset, names.map(str::to_owned)), "{line}");
    }
}

#[test]
fn names_are_compared_without_case_and_outer_spaces_but_given_as_spelt() {
    assert_eq!(mapped(" ID , FIRST NAME ,pHone").1[..4], [" ID ", " FIRST NAME ", "", "pHone"]);
}

#[test]
fn a_second_candidate_is_told() {
    let detection = detect(&header("id,Mobile,Phone,Favourite colour"));
    assert_eq!(detection.mapping, [(Field::Phone, "Phone".to_owned())]);
    assert_eq!(detection.alternatives, [(Field::Phone, "Mobile".to_owned())]);
    assert_eq!(detection.leftovers, ["Favourite colour"]);
}

#[test]
fn a_full_name_is_told_and_not_mapped() {
    let detection = detect(&header("id,Name,Phone"));
    assert_eq!(detection.full_name.as_deref(), Some("Name"));
    assert_eq!(detection.mapping, [(Field::Phone, "Phone".to_owned())]);
    assert_eq!(detect(&header("id,Name,First Name,Phone")).full_name, None);
}

#[test]
fn a_second_product_is_told() {
    let line =
        "Record Id,Contact Owner,First Name,Last Name,Account Name,Phone,Phone Number,Lifecycle Stage,Lead Status";
    let detection = detect(&header(line));
    assert_eq!((detection.preset, detection.other_presets), (Preset::Hubspot, vec![Preset::Zoho]));
}

#[test]
fn names_go_round() {
    for preset in Preset::ALL {
        assert_eq!(preset.name().parse(), Ok(preset));
    }
    assert!("Hubspot".parse::<Preset>().is_err_and(|error| error.to_string().contains("hubspot, salesforce")));
}
