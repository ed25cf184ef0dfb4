import Pages

/// What the command line says.
extension Message {
    static let abstract = Message(
        "試験と実演のための小さな会員証入れです。", "A small wallet of membership cards, for tests and demonstrations.")
    static let discussion = Message(
        """
        鍵と会員証はひとつのフォルダーに置かれ、本人だけが読めます。
        終了コード：0 成功、1 拒否（理由コードは標準エラー出力）、3 相手に接続できない、64 使い方の誤り。
        """,
        """
        Key and cards are in one folder, for its owner alone.
        Exit status: 0 done; 1 refused, with the stable reason on the error stream; 3 unavailable; 64 wrong usage.
        """)
    static let homeHelp = Message(
        "会員証入れのフォルダー（環境変数 TEGATA_WALLET）。", "The wallet's folder (or TEGATA_WALLET).")
    static let loopbackHelp = Message(
        "このコンピューターのサーバーには TLS なしでも接続します。", "Servers of this machine may be asked, without TLS.")
    static let jsonHelp = Message("結果を JSON で出力します。", "Prints the result as JSON.")

    static let receiveAbstract = Message("会員証を受け取ります。", "Receives a card.")
    static let receiveDiscussion = Message(
        "リンクを省くと、届くのを待っている会員証の続きを行います。",
        "Without a link it goes on with cards that are on their way.")
    static let codeHelp = Message("受け取りコード。", "The transaction code.")
    static let noWaitHelp = Message(
        "後で届く会員証を待たずに終わります。", "Does not wait for a card that comes later.")
    static let askCode = Message("受け取りコード：", "Transaction code:")
    static let codeMissing = Message("--code が必要です。", "This offer needs --code.")
    static let later = Message("発行者の手続きを待っています。", "The issuer is not ready yet.")
    static let stillWaiting = Message("待っています", "waiting")
    static let issuer = Message("発行者（確認済み）", "Issuer (verified)")
    static let callsItself = Message("発行者の自称", "Calls itself")
    static let edition = Message("版", "Edition")
    static let benefits = Message("特典", "Benefits")
    static let onlyAgreed = Message("同意したときだけ提示", "shown only when you agree")

    static let presentAbstract = Message("会員証を提示します。", "Shows a card to a verifier.")
    static let presentDiscussion = Message(
        "相手と見せるものを表示し、同意を求めます。", "Says who asks and what would be shown, and asks for consent.")
    static let cardHelp = Message("優先する会員証の番号。", "The number of the card to prefer.")
    static let yesHelp = Message("尋ねずに同意します。", "Agrees without being asked.")
    static let declineHelp = Message(
        "断ったことを相手に伝えます。", "Tells the verifier that the answer is no.")
    static let askConsent = Message(
        "見せますか？ [はい y / 断る n / そのほかは何も送らない]",
        "Show it? [y: yes / n: tell them no / anything else: send nothing]")
    static let nothingSent = Message("何も送っていません。", "Nothing was sent.")
    static let verifier = Message("求めている相手", "Who asks")
    static let unproven = Message("（身元は証明されていません）", "(has not proven who it is)")
    static let answerGoesTo = Message("回答の送り先", "The answer goes to")
    static let wouldBeShown = Message("見せるもの", "shown")
    static let staysHidden = Message("見せないもの", "hidden")
    static let goOn = Message("続きのページ", "Go on at")

    static let listAbstract = Message("会員証の一覧を表示します。", "Lists the cards.")
    static let noCards = Message("会員証はまだありません。", "There is no card here yet.")
    static let showAbstract = Message("会員証を表示します。", "Shows a card.")
    static let numberHelp = Message("一覧にある番号。", "The number in the list.")
    static let svgHelp = Message("画像（SVG）を書き出します。", "Writes the picture as SVG.")
    static let pngHelp = Message(
        "画像（PNG）を書き出します（rsvg-convert が必要）。", "Writes the picture as PNG; needs rsvg-convert.")
    static let statusHelp = Message(
        "有効かどうかを発行者に確かめます。", "Asks the issuer whether the card is in force.")
    static let status = Message("いまの状態", "Status now")
    static let noConverter = Message(
        "PNG には rsvg-convert が必要です（apt install librsvg2-bin）。--svg は使えます。",
        "PNG needs rsvg-convert (apt install librsvg2-bin, brew install librsvg); --svg works without."
    )
    static let deleteAbstract = Message("会員証を削除します。", "Deletes a card.")
    static let unread = Message(
        "読み取れませんでした（もとのファイルは控えに残ります）", "could not be read; the file that has it is kept")
    static let deleteAllHelp = Message(
        "会員証、鍵、履歴をすべて削除します。", "Deletes everything: cards, keys, history.")
    static let deleteHistoryHelp = Message("履歴を削除します。", "Deletes the history.")
    static let exportAbstract = Message(
        "すべてを一つのファイルに、合言葉で封じて書き出します。", "Writes everything into one file, sealed under a passphrase."
    )
    static let exportDiscussion = Message(
        "ファイルと合言葉を手にした人は、会員証を使えます。", "Whoever has the file and the passphrase has the cards.")
    static let exportFileHelp = Message("書き出すファイル。", "The file to write.")
    static let exported = Message("書き出しました。", "Written.")
    static let importAbstract = Message(
        "書き出したファイルを読み込みます。", "Takes in what another wallet exported.")
    static let importDiscussion = Message(
        "会員証はひとつずつ確かめます。ここにあるものが古いもので置き換わることはありません。",
        "Each card is checked; nothing that is here is replaced by something older.")
    static let importFileHelp = Message("読み込むファイル。", "The file to read.")
    static let newIssuer = Message("はじめての発行者", "An issuer that was not known here")
    static let notTaken = Message("読み込めなかったもの", "Not taken")
    static let nothingNew = Message("新しいものはありません。", "Nothing new.")
    static let passphraseHelp = Message(
        "合言葉のファイル（本人だけが読めること）。", "A file with the passphrase, for its owner alone.")
    static let passphraseMissing = Message("合言葉が必要です。", "A passphrase is needed.")
    static let passphraseShort = Message(
        "合言葉は十文字以上にしてください。", "A passphrase has ten characters or more.")
    static let askNewPassphrase = Message(
        "合言葉（十文字以上）：", "A passphrase of ten characters or more:")
    static let askPassphraseAgain = Message("もう一度：", "Again:")
    static let passphrasesDiffer = Message(
        "二つの合言葉が違います。", "The two passphrases are not the same.")
    static let askPassphrase = Message("ファイルの合言葉：", "The file's passphrase:")
    static let useAbstract = Message("店で特典を使います。", "Uses a benefit at a shop.")
    static let useDiscussion = Message(
        "店と残りの回数を表示し、同意を求めます。渡した回は戻りません。",
        "Says which shop and how many are left, and asks for consent. What is given away is gone.")
    static let shop = Message("店", "Shop")
    static let left = Message("残り（多くて）", "left, at most,")
    static let shopWithoutNetwork = Message(
        "店には通信がありません。", "The shop has no network.")
    static let askUse = Message("一回分を使いますか？ [y/N]", "Use one? [y/N]")
    static let shopSays = Message("店の控え", "The shop's receipt")
    static let shopAsks = Message(
        "店が発行者に確かめています。", "The shop is asking the issuer.")
    static let linkAbstract = Message(
        "二枚の会員証が同じ人のものだと、求めに応じて示します。", "Shows, when asked, that two cards are one person's.")
    static let linkDiscussion = Message(
        """
        相手、目的、二枚の会員証、渡る項目を表示し、同意を求めます。yes または「はい」と入力しないかぎり、何も送りません。
        この見本にあるのは試験用の本人確認カードだけです（--services で確認先を渡します）。
        """,
        """
        Says who asks, what for, about which cards and what of them leaves, and asks for consent. Nothing is sent unless you type yes.
        This example has made-up ID cards only; --services says who checks them.
        """)
    static let servicesHelp = Message(
        "発行者ごとの証明者と評価ノードの JSON ファイル。", "A JSON file with the attestors and nodes of each issuer.")
    static let testRootHelp = Message(
        "試験用カードの認証局の証明書（DER）を書き出します（attestor --test-root 用）。",
        "Writes the root of the made-up ID cards here (DER), for attestor --test-root.")
    static let idCardHelp = Message(
        "どの試験用カードか：aiko、ben、chie、dai。", "Which made-up ID card: aiko, ben, chie, dai.")
    static let linkCrowdHelp = Message(
        "隠しておく会員証が紛れる最小の人数。", "Among how many a hidden card stands at least.")
    static let linkDeclineHelp = Message(
        "断ります。相手には何も送らず、履歴に残します。",
        "Says no: nothing is sent, and the history notes it.")
    static let linkPurpose = Message("相手の言う目的", "What they say it is for")
    static let onlyOneOf = Message(
        "この版の会員証をひとつ持っていることだけが伝わります。会員の人数",
        "They learn only that you have a card of this edition. Members of it")
    static let cardMissing = Message("求められた会員証がありません", "No card here is what was asked for")
    static let linkConsequence = Message(
        "相手は、二枚が同じ人のものだと知ります。一度知ったことは取り消せません。",
        "They learn that both cards are one person's, and what is learned cannot be taken back.")
    static let askLink = Message(
        "同意しますか？ 同意するときだけ yes と入力してください：", "Do you agree? Type yes if you do:")
    static let linkedNow = Message("結びました。", "Linked.")
    static let actAbstract = Message(
        "名のらずに、会員のひとりとして一度だけ答えます。", "Answers once as one of the members, without saying which.")
    static let actDiscussion = Message(
        "相手、目的、紛れる人数、示すことを表示し、同意を求めます。",
        "Says who asks, what for, among how many and what is shown, and asks for consent.")
    static let askAct = Message("答えますか？ [y/N]", "Answer? [y/N]")
    static let actedNow = Message("答えました。", "Answered.")
    static let mailAbstract = Message(
        "発行者からのお知らせを受け取り、答えます。", "Fetches what the issuer told a card, and answers.")
    static let mailDiscussion = Message(
        "確かめられたお知らせだけを表示します。受領証は保存されます。",
        "Only notices that hold are shown; receipts are kept.")
    static let proofsAbstract = Message(
        "お知らせの証明を受け取り、保存します。", "Fetches the proofs of notices, and keeps them.")
    static let proofsDiscussion = Message(
        """
        知らせ、答え、受領証が発行者の公開の記録にあることの証明です。発行者がなくなっても確かめられます（tegata notice check）。
        例：wallet proofs 1 --out proofs
        """,
        """
        That notice, answer and receipt are in the issuer's public log: it can be checked when the issuer is gone (tegata notice check).
        Example: wallet proofs 1 --out proofs
        """)
    static let proofsOut = Message(
        "証明を一つずつ書き出すフォルダ。", "A folder that a file of each is written to.")
    static let keptHelp = Message(
        "発行者に尋ねず、保存してあるものだけを出します。", "Asks nobody: only what is kept already.")
    static let noProofs = Message("証明はまだありません。", "There are no proofs yet.")
    static let followHelp = Message(
        "届くのを待ち、届くたびに表示します。", "Waits, and prints each as it comes.")
    static let confirmHelp = Message("この番号のお知らせを確認します。", "Confirms the notice of this place.")
    static let refuseHelp = Message("この番号のお知らせを辞退します。", "Refuses the notice of this place.")
    static let notShown = Message(
        "確かめられなかったので表示していないもの", "Not shown, because they did not hold")
    static let noMail = Message("回答を待っているお知らせはありません。", "No notice waits for an answer.")
    static let noticeConfirmed = Message(
        "確認しました。受領証を保存しました。", "Confirmed; the receipt is kept.")
    static let noticeRefused = Message("辞退しました。受領証を保存しました。", "Refused; the receipt is kept.")
    static let deleteYesHelp = Message("尋ねずに削除します。", "Deletes without asking.")
    static let askDeletion = Message(
        "削除すると元に戻せません。削除しますか？ [y/N]", "This cannot be undone. Delete it? [y/N]")
    static let nothingDeleted = Message("何も削除していません。", "Nothing was deleted.")
    static let deleted = Message("削除しました。", "Deleted.")
    static let historyAbstract = Message(
        "提示の履歴を表示します。", "Says who asked, when, and what was shown.")
    static let noHistory = Message("まだ何も見せていません。", "Nothing was shown yet.")

    static let settleAbstract = Message(
        "会員証の後ろに本人がいることを、公開の記録で証明します。",
        "Proves in the public log that a person is behind a card.")
    static let crowdHelp = Message("名簿の最小の人数。", "Among how many sessions at least.")
    static let settled = Message("精算しました。", "Settled.")

    static let serveAbstract = Message("ブラウザー用のページを開きます。", "Serves the pages for a browser.")
    static let serveDiscussion = Message(
        "このコンピューターのブラウザー専用です。持ち主の確認はしません。",
        "For browsers of this machine only: it asks nobody who they are.")
    static let hostHelp = Message("待ち受けるアドレス。", "Where to listen.")
    static let portHelp = Message("ポート。", "On which port.")
    static let loopbackOnly = Message(
        "持ち主の確認をしないため、127.0.0.1、::1、localhost だけで待ち受けます。",
        "It asks nobody who they are, so it listens on 127.0.0.1, ::1 or localhost only.")
    static let trustAbstract = Message("相手（検証者）を信頼します。", "Trusts a verifier from now on.")
    static let trustDiscussion = Message(
        "信頼していない相手からの求めには答えません。", "Questions of others are refused.")
    static let verifierHelp = Message(
        "did:key:… 、did:jwk:… 、証明書のファイル（DER か PEM）、または二枚の会員証を結ぶことを尋ねてよい相手のアドレス（https://…）。",
        "did:key:…, did:jwk:…, a file with a certificate in DER or PEM, or the address (https://…) of one who may ask to link two cards."
    )
    static let trusted = Message("信頼しました。", "Trusted.")
}
