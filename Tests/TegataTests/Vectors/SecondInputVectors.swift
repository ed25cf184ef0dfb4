import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import Tegata
@testable import TegataNationalID

/// Who a signature certificate names: `second-inputs.json`.
func secondInputVectors() throws -> VectorFile {
    var file = VectorFile(
        "second-inputs",
        "The canonical writing of name, birth date and sex: Spec/national-id.md, 4a. All persons are made up."
    )
    let good = [
        ("a name with a wide space", "佐藤　花子", "00000", "419900102", "2"),
        ("with a space", "佐藤 花子", "00000", "419900102", "2"),
        ("without one", "佐藤花子", "0000", "419900102", "2"),
        ("another era's digit", "佐藤花子", "0000", "319900102", "2"),
        ("a substitute", "佐藤　花丸", "00001", "419900102", "2"),
        ("another substitute", "佐藤　花角", "00001", "419900102", "2"),
        ("another sex", "佐藤花子", "0000", "419900102", "1"),
        ("a day that is not known", "佐藤花子", "0000", "419900100", "9"),
        ("flags without the space", "佐藤　花丸", "0001", "419900102", "2"),
        ("flags of another number, none set", "佐藤　花子", "00", "419900102", "2"),
        ("another code for a sex that is not known", "佐藤花子", "0000", "419900100", "3"),
        ("Latin letters", "DOE JANE", "00000000", "520200229", "9"),
    ]
    for (comment, name, marks, born, sex) in good {
        let person = try NamedPerson(
            name: name, substitutes: marks, birthDate: born, sex: sex)
        file.add(
            "second-input", comment, input(name, marks, born, sex),
            output: [
                "name": .string(person.name), "birth_date": .string(person.birthDate),
                "second_input": .hex(person.input),
            ])
    }
    for (comment, name, marks, born, sex) in [
        ("no name", "", "", "419900102", "2"), ("nothing but a space", "　", "0", "419900102", "2"),
        ("a flag less, and one set", "花子", "1", "419900102", "2"),
        ("a flag more, and one set", "花子", "001", "419900102", "2"),
        ("a flag of 2", "花子", "02", "419900102", "2"), ("no era", "花子", "00", "19900102", "2"),
        ("an era of 6", "花子", "00", "619900102", "2"),
        ("wide digits", "花子", "00", "４19900102", "2"),
        ("a sex of two digits", "花子", "00", "419900102", "12"),
        ("no sex", "花子", "00", "419900102", ""),
        (
            "a name of 201 characters", String(repeating: "花", count: 201),
            String(repeating: "0", count: 201), "419900102", "2"
        ),
    ] {
        file.add(
            "second-input", comment, input(name, marks, born, sex), expect: "national_id_invalid")
    }
    return file
}

private func input(
    _ name: String, _ marks: String, _ born: String, _ sex: String
) -> JSONObject {
    [
        "name": .string(name), "substitutes": .string(marks), "birth_date": .string(born),
        "sex": .string(sex),
    ]
}

/// Evidence of test signature certificates: `signature-certificates.json`. RSA keys are of chance, so the file is kept and its cases
/// are verified.
func signatureCertificateVectors() async throws -> VectorFile {
    let authority = TestAuthority.forSignatures()
    let users = TestAuthority(for: .jpkiRSA)
    let key = SoftwareCard.Key.rsa(RSA.PrivateKey())
    let challenge = SHA256.hash(Array("challenge".utf8)).array
    var file = VectorFile(
        "signature-certificates",
        "Evidence of signature certificates, for a second index: Spec/national-id.md, 5a. All authorities are test "
            + "authorities, all persons made up. Keys are of chance: verified, not regenerated.",
        given: [
            "roots": [
                "jpki-auth-rsa/v1": .hex(users.root), "jpki-sign-rsa/v1": .hex(authority.root),
            ], "challenge": .hex(challenge), "time": .whole(RoleStory.now),
        ])
    let user = users.card(key: key)
    func evidence(
        _ change: (inout CertificateTemplate) -> Void = { _ in }
    ) async throws -> [UInt8] {
        let card = authority.signatureCard(
            of: "架空　花子", born: "419900102", sex: "2", key: key, change: change)
        return try await CardInReader(user, pin: "1234", signing: (card, "TEST0123"))
            .secondEvidence(over: challenge) ?? []
    }
    let bytes = try await evidence()
    let person = try NamedPerson(
        name: "架空　花子", substitutes: "00000", birthDate: "419900102", sex: "2")
    file.add(
        "second-evidence", "a signature certificate", ["evidence": .hex(bytes)],
        output: ["second_input": .hex(person.input)])
    let read = try CardEvidence(parsing: bytes)
    func changed(_ cardClass: CardClass, _ fixed: [UInt8]) -> JSONObject {
        [
            "evidence": .hex(
                CardEvidence(
                    cardClass: cardClass, certificate: read.certificate,
                    signature: read.signature, fixedSignature: fixed
                ).encoded)
        ]
    }
    let invalid = "national_id_invalid"
    let asUser = try await CardInReader(user, pin: "1234").evidence(over: challenge)
    let hostile: [(String, JSONObject, String)] = [
        ("another challenge", ["challenge": .hex(Wrong.flip(challenge, 0))], invalid),
        ("a changed signature", ["evidence": .hex(Wrong.flip(bytes, bytes.count - 9))], invalid),
        ("a trailing byte", ["evidence": .hex(bytes + [0])], "malformed"),
        ("a fixed signature", changed(.jpkiSignature, read.signature), invalid),
        ("called user authentication", changed(.jpkiRSA, []), invalid),
        ("user authentication", ["evidence": .hex(asUser)], invalid),
        ("after its end", ["time": .whole(TestAuthority.lastDay + 1)], invalid),
        (
            "no authority for signatures",
            ["roots": ["jpki-auth-rsa/v1": .hex(users.root)]], "unsupported"
        ),
        (
            "no names",
            ["evidence": .hex(try await evidence { $0.extensions.removeLast() })], invalid
        ),
        (
            "a name twice",
            [
                "evidence": .hex(
                    try await evidence { template in
                        template.extensions.removeLast()
                        template.extensions.append(
                            .init(
                                .subjectAlternativeName,
                                CertificateName.otherNames([
                                    (.jpkiName, "架空"), (.jpkiName, "架空"),
                                    (.jpkiNameSubstitutes, "00"), (.jpkiBirthDate, "419900102"),
                                    (.jpkiSex, "2"),
                                ])))
                    })
            ], invalid
        ),
    ]
    for (comment, change, reason) in hostile {
        let input: JSONObject = ["evidence": .hex(bytes)]
        file.add("second-evidence", comment, input.with(change), expect: reason)
    }
    return file
}
