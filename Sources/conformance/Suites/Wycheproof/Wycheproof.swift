import TegataCrypto

/// Checks one case of a group: whether the library accepts it.
typealias WycheproofCheck = (_ group: Vector, _ test: Vector) throws -> Bool

/// Wycheproof: files are known by algorithm, schema and the parameters of their groups, not by name.
func runWycheproof(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        let schema = (try? json.schema.string) ?? ""
        for group in json.testGroups.list {
            let support = wycheproofSupport(schema, json, group)
            for test in group.tests.list {
                let name = "\(file.stem) \((try? test.tcId.int).map(String.init) ?? "?")"
                switch support {
                case .unsupported(let why):
                    report.skip(name, why)
                case .supported(let check):
                    if let why = wycheproofExclusion(schema, group, test) {
                        report.skip(name, why)
                    } else {
                        runWycheproofCase(name, group, test, check, &report)
                    }
                }
            }
        }
    }
}

/// Whether this package offers what a group of tests is about.
enum WycheproofSupport {
    case supported(WycheproofCheck)
    case unsupported(String)
}

private func wycheproofSupport(_ schema: String, _ json: Vector, _ group: Vector)
    -> WycheproofSupport
{
    switch schema.prefix(while: { $0 != "." }) {
    case "aead_test_schema_v1": aead((try? json.algorithm.string) ?? "")
    case "ecdh_test_schema_v1": ecdh(group)
    case "ecdsa_verify_schema_v1": ecdsa(group, isDER: true)
    case "ecdsa_p1363_verify_schema_v1": ecdsa(group, isDER: false)
    case "eddsa_verify_schema_v1": eddsa(group)
    case "hkdf_test_schema_v1": hkdf((try? json.algorithm.string) ?? "")
    case "mac_test_schema_v1": mac((try? json.algorithm.string) ?? "")
    case "rsassa_pkcs1_verify_schema_v1": rsaPKCS1(group)
    case "rsassa_pss_verify_schema_v1": rsaPSS(group)
    case "json_web_signature_schema_v1", "json_web_key_schema_v1", "json_web_encryption_schema_v1":
        jose(schema, group)
    default: .unsupported("of an unknown kind: \(schema)")
    }
}

/// Cases of a supported group that no format of this package can express.
private func wycheproofExclusion(_ schema: String, _ group: Vector, _ test: Vector) -> String? {
    // The bound is libcrypto's; every format here has nonces of 12 bytes.
    if schema.hasPrefix("aead"), let bits = try? group.ivSize.int, bits > 1024 {
        return "AES-GCM nonces over 128 bytes are refused"
    }
    // Two copies of RFC 7520's PS384 example stand under a key that says PS256.
    if schema.hasPrefix("json_web_signature"), test.result == .string("valid"),
        namesAnotherAlgorithm(test.jws, than: group.public)
    {
        return "a token under another algorithm than its key's is refused"
    }
    return nil
}

private func runWycheproofCase(
    _ name: String, _ group: Vector, _ test: Vector, _ check: WycheproofCheck,
    _ report: inout Report
) {
    switch try? test.result.string {
    case "valid": report.expect(name) { try check(group, test) }
    case "invalid": report.expect(name, accepted: false) { try check(group, test) }
    case "acceptable":
        // Either answer is right, but not a crash and not a wrong value.
        report.expect(name) {
            do {
                _ = try check(group, test)
            } catch let error as VectorError {
                throw error
            } catch {}
            return true
        }
    default: report.fail(name, "unknown result")
    }
}
