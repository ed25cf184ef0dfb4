internal import CPKCS11
internal import Foundation

/// A PKCS #11 library (v2.40) that was loaded: every call goes through its function list.
///
/// It stays loaded until the process ends, because a module is initialised once for a process.
struct Module: @unchecked Sendable {
    // Never written after loading, and the module was told to lock for itself (§5.4, CKF_OS_LOCKING_OK).
    let functions: CK_FUNCTION_LIST

    init(_ path: String) throws {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw TokenProblem(
                "the PKCS #11 module \(path) cannot be loaded (読み込めません): is it installed?")
        }
        typealias GetFunctionList =
            @convention(c) (
                UnsafeMutablePointer<UnsafeMutablePointer<CK_FUNCTION_LIST>?>?
            ) -> CK_RV
        guard let symbol = dlsym(library, "C_GetFunctionList") else {
            throw TokenProblem("\(path) is no PKCS #11 module: it has no C_GetFunctionList")
        }
        var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        guard unsafeBitCast(symbol, to: GetFunctionList.self)(&list) == CKR_OK, let list else {
            throw TokenProblem("\(path) gives no function list")
        }
        functions = list.pointee
        var arguments = CK_C_INITIALIZE_ARGS()
        arguments.flags = CK_FLAGS(CKF_OS_LOCKING_OK)
        let result = functions.C_Initialize(&arguments)
        // Another key of the same module may have been opened before.
        guard result == CKR_OK || result == CKR_CRYPTOKI_ALREADY_INITIALIZED else {
            throw TokenProblem("\(path) does not start (\(Self.name(result)))")
        }
    }

    /// The slot of the token with this label.
    func slot(of token: String) throws -> CK_SLOT_ID {
        var count: CK_ULONG = 0
        guard functions.C_GetSlotList(1, nil, &count) == CKR_OK, count > 0, count < 1_024 else {
            throw TokenProblem("the module has no token: initialise one, then name it")
        }
        var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
        guard functions.C_GetSlotList(1, &slots, &count) == CKR_OK else {
            throw TokenProblem("the module does not list its tokens")
        }
        let found = slots.prefix(Int(count)).filter { slot in
            var info = CK_TOKEN_INFO()
            guard functions.C_GetTokenInfo(slot, &info) == CKR_OK else { return false }
            // 32 bytes, padded with blanks (§3.2).
            let label = withUnsafeBytes(of: info.label) { String(decoding: $0, as: UTF8.self) }
            return label.trimmingCharacters(in: .whitespaces) == token
        }
        guard let slot = found.first else {
            throw TokenProblem("no token is labelled \"\(token)\" (トークンがありません)")
        }
        guard found.count == 1 else {
            throw TokenProblem("several tokens are labelled \"\(token)\": give each its own label")
        }
        return slot
    }

    /// Ends every session of this process with the token.
    func closeSessions(of token: String) throws {
        guard functions.C_CloseAllSessions(try slot(of: token)) == CKR_OK else {
            throw TokenProblem("the sessions with \"\(token)\" do not end")
        }
    }

    /// The results that an operator can do something about, by their names.
    static func name(_ result: CK_RV) -> String {
        switch result {
        case CK_RV(CKR_PIN_INCORRECT): "CKR_PIN_INCORRECT"
        case CK_RV(CKR_PIN_LOCKED): "CKR_PIN_LOCKED"
        case CK_RV(CKR_PIN_LEN_RANGE): "CKR_PIN_LEN_RANGE"
        case CK_RV(CKR_TOKEN_NOT_PRESENT): "CKR_TOKEN_NOT_PRESENT"
        case CK_RV(CKR_DEVICE_REMOVED): "CKR_DEVICE_REMOVED"
        case CK_RV(CKR_TOKEN_WRITE_PROTECTED): "CKR_TOKEN_WRITE_PROTECTED"
        case CK_RV(CKR_CURVE_NOT_SUPPORTED): "CKR_CURVE_NOT_SUPPORTED"
        default: "0x" + String(result, radix: 16)
        }
    }
}
