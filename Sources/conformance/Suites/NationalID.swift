import Foundation
import Tegata
import TegataCrypto
import TegataNationalID

/// Web eID tokens of test cards, and certificates of the Japanese authorities.
func runNationalID(_ folder: Folder, _ report: inout Report) throws {
    if let webEID = folder.folder("web-eid") {
        report.forEach(try webEID.files("tokens", ".json")) { file, report in
            for test in try file.json.cases.list {
                let isAccepted = try test.expect.string == "accept"
                report.expect(try test.id.string, accepted: isAccepted) {
                    try isValidToken(test, in: webEID)
                }
            }
        }
        for file in try webEID.files("ocsp_response") {
            report.skip(
                file.name, "revocation answers reach the library through a source it is given")
        }
    }
    guard let jpki = folder.folder("jpki") else { return }
    // Roots of user authentication are pinned; those of signature certificates never count.
    report.forEach(try jpki.files("auth_ca_", ".pem")) { file, report in
        report.expect(file.name) { try isTrusted(file) }
    }
    report.forEach(try jpki.files("sign_ca_", ".pem")) { file, report in
        report.expect(file.name, accepted: false) { try isTrusted(file) }
    }
    report.forEach(try jpki.files("dummy_sign_cert", ".pem")) { file, report in
        report.expect("\(file.name) is signed by its authority") {
            guard let key = jpki.file("dummy_sign_issuer_pk.pem") else { throw MissingFile() }
            let info = try pemBytes(try key.text)
            return try Certificate(parsing: try der(file)).isSigned(
                by: try VerificationKey(subjectPublicKeyInfo: info.span))
        }
    }
    if let myna = jpki.folder("myna-fixtures"), let authority = myna.file("sign_ca_cert.der") {
        runSignatureCertificates(of: authority, in: myna, &report)
    }
}

/// A signature certificate leads to its authority, and is no proof that its owner is here.
private func runSignatureCertificates(
    of authority: File, in folder: Folder, _ report: inout Report
) {
    report.forEach((try? folder.files("sign_cert", ".der")) ?? []) { file, report in
        let leaf = try der(file)
        let anchors = [try TrustAnchor(try der(authority), name: "signature")]
        let time = try Certificate(parsing: leaf).notBefore
        report.expect("\(file.name) leads to its authority") {
            _ = try PathValidator(anchors: anchors, policy: PathPolicy())
                .validate(leaf: leaf, at: time)
            return true
        }
        report.expect("\(file.name) does not authenticate", accepted: false) {
            var policy = PathPolicy()
            policy.leafKeyUsage = .digitalSignature
            policy.forbiddenLeafKeyUsage = .nonRepudiation
            policy.purpose = .clientAuthentication
            _ = try PathValidator(anchors: anchors, policy: policy).validate(leaf: leaf, at: time)
            return true
        }
    }
}

private func isTrusted(_ file: File) throws -> Bool {
    let anchors = try JPKI.Anchors.production([try der(file)])
    return !anchors.usesTestAnchors
}

private func isValidToken(_ test: Vector, in folder: Folder) throws -> Bool {
    let authorities = try test.trusted.strings.map { name in
        guard let file = folder.file(name) else { throw MissingFile() }
        return try der(file)
    }
    guard let algorithm = WebEID.Algorithm(rawValue: try test.token.algorithm.string) else {
        throw Refusal.unsupported
    }
    let certificate = try base64(test.token.unverifiedCertificate)
    let signature = try base64(test.token.signature)
    guard let date = ISO8601DateFormatter().date(from: try test.date.string + "T00:00:00Z") else {
        throw VectorError(what: "no date")
    }
    let path = try WebEID(authorities: authorities).verify(
        certificate: certificate, signature: signature, algorithm: algorithm,
        origin: try test.origin.string, nonce: try test.nonce.string,
        at: Int64(date.timeIntervalSince1970))
    guard let path else { return false }
    guard !test.subject.idCode.isNull else { return true }
    let name = try DistinguishedName(parsing: path.leaf.subject)
    return try name.only(ObjectIdentifier.serialNumberAttribute)
        == test.subject.idCode.string
}

private func der(_ file: File) throws -> [UInt8] {
    let bytes = try file.bytes
    return bytes.starts(with: Array("-----".utf8)) ? try pemBytes(try file.text) : bytes
}

private func base64(_ vector: Vector) throws -> [UInt8] {
    guard let data = Data(base64Encoded: try vector.string) else {
        throw VectorError(what: "no base64")
    }
    return [UInt8](data)
}
