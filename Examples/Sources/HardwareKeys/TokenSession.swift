internal import CPKCS11
internal import Tegata

/// A session of a user with a token, and the one key pair that it was opened for.
struct TokenSession: Sendable {
    private let module: Module
    private let handle: CK_SESSION_HANDLE
    private let privateKey: CK_OBJECT_HANDLE
    let publicKey: VerifyingKey

    init(_ module: Module, token: String, pin: [UInt8], key label: String) throws {
        let (handle, publicKeys, privateKeys) = try Self.open(module, token, pin, label)
        guard let publicKey = publicKeys.first, let privateKey = privateKeys.first else {
            throw TokenProblem(
                "the token \"\(token)\" has no key pair labelled \"\(label)\" (鍵がありません)",
                isKeyMissing: publicKeys.isEmpty && privateKeys.isEmpty)
        }
        guard publicKeys.count == 1, privateKeys.count == 1 else {
            throw TokenProblem("several keys are labelled \"\(label)\": give each its own label")
        }
        self.module = module
        self.handle = handle
        self.privateKey = privateKey
        self.publicKey = try Self.publicKey(module, handle, publicKey)
    }

    /// Makes a key pair of secp256k1 or P-256 that never leaves the token.
    static func makeKey(
        _ module: Module, token: String, pin: [UInt8], key label: String, curve: TokenCurve
    ) throws {
        let (handle, publicKeys, privateKeys) = try open(module, token, pin, label)
        defer { _ = module.functions.C_CloseSession(handle) }
        guard publicKeys.isEmpty, privateKeys.isEmpty else {
            throw TokenProblem("the token \"\(token)\" has a key \"\(label)\" already")
        }
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = CK_MECHANISM_TYPE(CKM_EC_KEY_PAIR_GEN)
        var made: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) = (0, 0)
        let yes: [UInt8] = [1]
        let no: [UInt8] = [0]
        let name = Array(label.utf8)
        let result = withAttributes([
            (CKA_EC_PARAMS, curve.parameters), (CKA_TOKEN, yes), (CKA_VERIFY, yes),
            (CKA_LABEL, name), (CKA_ID, name),
        ]) { publicTemplate in
            withAttributes([
                (CKA_TOKEN, yes), (CKA_PRIVATE, yes), (CKA_SENSITIVE, yes), (CKA_EXTRACTABLE, no),
                (CKA_SIGN, yes), (CKA_LABEL, name), (CKA_ID, name),
            ]) { privateTemplate in
                module.functions.C_GenerateKeyPair(
                    handle, &mechanism, publicTemplate.baseAddress, CK_ULONG(publicTemplate.count),
                    privateTemplate.baseAddress, CK_ULONG(privateTemplate.count), &made.0, &made.1)
            }
        }
        guard result == CKR_OK else {
            throw TokenProblem("the token made no key (\(Module.name(result)))")
        }
    }

    /// r‖s over a digest of 32 bytes; `nil` when the token does not sign.
    func sign(_ digest: [UInt8]) -> [UInt8]? {
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = CK_MECHANISM_TYPE(CKM_ECDSA)
        guard module.functions.C_SignInit(handle, &mechanism, privateKey) == CKR_OK else {
            return nil
        }
        var digest = digest
        var signature = [UInt8](repeating: 0, count: 64)
        var count = CK_ULONG(signature.count)
        guard
            module.functions.C_Sign(
                handle, &digest, CK_ULONG(digest.count), &signature, &count) == CKR_OK, count == 64
        else { return nil }
        return signature
    }

    func close() { _ = module.functions.C_CloseSession(handle) }

    private static func open(
        _ module: Module, _ token: String, _ pin: [UInt8], _ label: String
    ) throws -> (CK_SESSION_HANDLE, [CK_OBJECT_HANDLE], [CK_OBJECT_HANDLE]) {
        let slot = try module.slot(of: token)
        var handle: CK_SESSION_HANDLE = 0
        let flags = CK_FLAGS(CKF_SERIAL_SESSION | CKF_RW_SESSION)
        let opened = module.functions.C_OpenSession(slot, flags, nil, nil, &handle)
        guard opened == CKR_OK else {
            throw TokenProblem("no session with \"\(token)\" (\(Module.name(opened)))")
        }
        var pin = pin
        let entered = module.functions.C_Login(
            handle, CK_USER_TYPE(CKU_USER), &pin, CK_ULONG(pin.count))
        // Log-ins count for all sessions of a process with a token (§5.6).
        guard entered == CKR_OK || entered == CKR_USER_ALREADY_LOGGED_IN else {
            _ = module.functions.C_CloseSession(handle)
            throw TokenProblem("\"\(token)\" refuses the PIN (\(Module.name(entered)))")
        }
        return (
            handle, find(module, handle, CKO_PUBLIC_KEY, label),
            find(module, handle, CKO_PRIVATE_KEY, label)
        )
    }

    private static func find(
        _ module: Module, _ handle: CK_SESSION_HANDLE, _ kind: UInt, _ label: String
    ) -> [CK_OBJECT_HANDLE] {
        let kind = withUnsafeBytes(of: CK_OBJECT_CLASS(kind)) { Array($0) }
        return withAttributes([(CKA_CLASS, kind), (CKA_LABEL, Array(label.utf8))]) { template in
            guard
                module.functions.C_FindObjectsInit(
                    handle, template.baseAddress, CK_ULONG(template.count)) == CKR_OK
            else { return [] }
            defer { _ = module.functions.C_FindObjectsFinal(handle) }
            var found = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
            var count: CK_ULONG = 0
            guard module.functions.C_FindObjects(handle, &found, 2, &count) == CKR_OK else {
                return []
            }
            return Array(found.prefix(Int(count)))
        }
    }

    private static func publicKey(
        _ module: Module, _ handle: CK_SESSION_HANDLE, _ object: CK_OBJECT_HANDLE
    ) throws -> VerifyingKey {
        guard let parameters = value(module, handle, object, CKA_EC_PARAMS),
            let curve = TokenCurve.allCases.first(where: { $0.parameters == parameters }),
            let point = value(module, handle, object, CKA_EC_POINT)
        else { throw TokenProblem("the key is of neither secp256k1 nor P-256") }
        // An OCTET STRING around 04 ‖ x ‖ y (§2.3.3); some modules leave the wrapping out.
        let bare =
            point.count == 67 && point.starts(with: [0x04, 0x41])
            ? Array(point.dropFirst(2)) : point
        switch curve {
        case .secp256k1: return .secp256k1(try .init(x963Representation: bare))
        case .p256: return .p256(try .init(x963Representation: bare))
        }
    }

    private static func value(
        _ module: Module, _ handle: CK_SESSION_HANDLE, _ object: CK_OBJECT_HANDLE, _ type: UInt
    ) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        return bytes.withUnsafeMutableBytes { buffer in
            var attribute = CK_ATTRIBUTE(
                type: CK_ATTRIBUTE_TYPE(type), pValue: buffer.baseAddress,
                ulValueLen: CK_ULONG(buffer.count))
            guard
                module.functions.C_GetAttributeValue(handle, object, &attribute, 1) == CKR_OK,
                attribute.ulValueLen <= 256
            else { return nil }
            return Array(buffer.prefix(Int(attribute.ulValueLen)))
        }
    }
}

/// The curves that cards are signed on.
public enum TokenCurve: String, CaseIterable, Sendable {
    /// For ES256K, the default.
    case secp256k1
    /// For ES256.
    case p256

    /// The DER of the curve's object identifier.
    var parameters: [UInt8] {
        switch self {
        case .secp256k1: [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A]
        case .p256: [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        }
    }
}

/// A template whose values live as long as `body` runs.
private func withAttributes<Result>(
    _ values: [(type: UInt, bytes: [UInt8])],
    _ body: (UnsafeMutableBufferPointer<CK_ATTRIBUTE>) -> Result
) -> Result {
    var storage = values.flatMap(\.bytes)
    return storage.withUnsafeMutableBytes { buffer in
        var offset = 0
        var template = values.map { value in
            defer { offset += value.bytes.count }
            return CK_ATTRIBUTE(
                type: CK_ATTRIBUTE_TYPE(value.type),
                pValue: buffer.baseAddress.map { $0 + offset },
                ulValueLen: CK_ULONG(value.bytes.count))
        }
        return template.withUnsafeMutableBufferPointer { body($0) }
    }
}
