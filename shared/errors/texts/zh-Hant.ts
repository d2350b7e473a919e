import type { Texts } from "../textShape.ts";

export const zhHant: Texts = {
  problems: {
    "token-missing": {
      title: "您尚未登入",
      detail: "請使用復原帳戶登入，然後再試一次。",
    },
    "token-invalid": {
      title: "無法接受您的登入",
      detail: "請使用復原帳戶登入，然後再試一次。",
    },
    "token-expired": {
      title: "您的登入已過期",
      detail: "請使用復原帳戶登入，然後再試一次。",
    },
    "work-account-refused": {
      title: "公司或學校帳戶無法用於備份",
      detail: "請使用個人帳戶登入。它的備份也會包含您的公司和學校帳戶。",
    },
    "provider-refused": {
      title: "帳戶提供者無法使用備份",
      detail: "備份只屬於其擁有者。請使用個人帳戶登入。",
    },
    "operator-refused": {
      title: "營運人員無法使用備份",
      detail: "備份只屬於其擁有者。請使用個人帳戶登入。",
    },
    "provider-required": {
      title: "這僅供帳戶提供者使用",
      detail: "請使用貴組織的應用程式以本身認證取得的權杖。",
    },
    "operator-required": { title: "這僅供營運人員使用", detail: "請使用營運此服務的帳戶權杖。" },
    "role-required": { title: "權杖缺少應用程式角色", detail: "請向管理應用程式註冊的人員要求所列的角色。" },
    "proof-missing": {
      title: "手機未證明自己的身分",
      detail: "請傳送一個 DPoP 標頭，其中包含以手機金鑰簽署的證明。",
    },
    "proof-invalid": {
      title: "無法接受手機的證明",
      detail: "請針對此方法、此位址和此存取權杖建立新的證明，並以手機金鑰簽署。",
    },
    "proof-expired": {
      title: "手機的證明太舊，或時間晚於現在",
      detail:
        "手機的時間不正確，或者請求花了太久才送達。請將手機的時間與這裡提供的服務時間核對，然後再試一次，最好使用更快的網路。",
    },
    "proof-replayed": {
      title: "手機的證明已使用過",
      detail: "每個要求都請建立新的證明，重試時也一樣。",
    },
    "device-not-registered": {
      title: "此手機尚未註冊",
      detail: "請先使用復原帳戶註冊此手機。",
    },
    "step-up-required": {
      title: "請再次登入",
      detail: "為了保護您的帳戶，請使用復原帳戶確認是您本人。",
    },
    "too-many-refusals": {
      title: "被拒絕的要求過多",
      detail: "為了保護您的帳戶，暫時不再答覆使用此次登入的要求。重新登入後即可繼續。備份仍會照常進行。",
    },
    "too-many-tries": {
      title: "嘗試次數過多",
      detail: "為了保護您的帳戶，暫時無法再嘗試。備份仍會照常進行。",
    },
    "client-version-invalid": {
      title: "缺少應用程式版本，或格式不正確",
      detail: "請在 X-Client-Version 中傳送應用程式版本，以一到四個數字組成，並以句點分隔。",
    },
    "client-platform-invalid": {
      title: "缺少手機平台，或無法辨識",
      detail: "請在 X-Client-Platform 中傳送 ios 或 android。",
    },
    "client-platform-changed": {
      title: "此手機註冊時使用的是另一個平台",
      detail: "手機會保留註冊時的平台。請使用新的金鑰註冊此手機。",
    },
    "app-version-unsupported": {
      title: "此版本的應用程式太舊",
      detail: "請更新應用程式，以備份和復原您的帳戶。",
    },
    "length-required": {
      title: "要求未說明其長度",
      detail: "請傳送 Content-Length。不接受分塊傳送的本文。",
    },
    "body-too-large": {
      title: "要求過大",
      detail: "請傳送較小的本文。",
    },
    "content-type-unsupported": {
      title: "要求不是 JSON",
      detail: "請以 application/json 和 UTF-8 傳送本文。",
    },
    "content-encoding-unsupported": {
      title: "要求經過壓縮",
      detail: "請傳送不含 Content-Encoding 的本文。",
    },
    "body-missing": {
      title: "要求沒有本文",
      detail: "請傳送此位址所要求的 JSON 物件。",
    },
    "json-invalid": {
      title: "要求不是有效的 JSON",
      detail: "請以 UTF-8 傳送一個 JSON 值（RFC 8259）。",
    },
    "json-too-deep": {
      title: "要求的巢狀層級過深",
      detail: "請依照此位址所要求的格式傳送本文。",
    },
    "json-too-many-members": {
      title: "要求包含的成員過多",
      detail: "請依照此位址所要求的格式傳送本文。",
    },
    "json-duplicate-key": {
      title: "要求中有重複的成員名稱",
      detail: "物件中的每個成員名稱只能出現一次。",
    },
    "json-invalid-number": {
      title: "要求含有不接受的數字",
      detail: "數字必須為整數，且不得帶小數部分或指數。",
    },
    "json-invalid-string": {
      title: "要求含有不接受的字元",
      detail: "字串不得含有 NUL 或未成對的代理字元。",
    },
    "private-key-refused": {
      title: "要求含有私密金鑰",
      detail: "私密金鑰絕不能離開產生它的手機。請只傳送公開金鑰。",
    },
    "body-invalid": {
      title: "要求不符合此位址所要求的格式",
      detail: "請更正錯誤清單中列出的項目，然後再試一次。",
    },
    "parameter-invalid": {
      title: "位址的格式不正確",
      detail: "請更正錯誤清單中列出的項目，然後再試一次。",
    },
    "header-invalid": {
      title: "標頭的格式不正確",
      detail: "請更正錯誤清單中列出的項目，然後再試一次。",
    },
    "idempotency-key-invalid": {
      title: "缺少等冪金鑰，或格式不正確",
      detail:
        "請在 Idempotency-Key 中傳送 16 到 64 個字母、數字、- 或 _。每個新動作使用新的金鑰，重試時使用相同的金鑰。",
    },
    "idempotency-key-reused": {
      title: "此等冪金鑰屬於另一個要求",
      detail: "新的動作請使用新的金鑰。重試時請傳送完全相同的本文。",
    },
    "precondition-required": {
      title: "上傳未說明要取代哪個版本",
      detail: "請以狀態的 ETag 傳送 If-Match；如果是第一個版本，請傳送 If-None-Match: *。",
    },
    "not-found": {
      title: "此位址沒有任何內容",
      detail: "請檢查位址，然後再試一次。",
    },
    "method-not-allowed": {
      title: "此位址不接受此方法",
      detail: "請使用 Allow 標頭中列出的方法。",
    },
    "device-id-mismatch": {
      title: "位址指向另一支手機",
      detail: "手機只能註冊自己，並以簽署證明的金鑰指紋（RFC 7638）作為名稱。",
    },
    "device-conflict": {
      title: "此手機註冊時使用的是另一個密封金鑰",
      detail: "請建立新的金鑰，並以新的金鑰註冊手機。",
    },
    "too-many-devices": {
      title: "您的手機數量過多",
      detail: "請移除不再使用的手機，然後再試一次。",
    },
    "backup-off": {
      title: "備份已關閉",
      detail: "請先開啟備份。",
    },
    "backup-already-on": {
      title: "已經有備份",
      detail: "請在此手機上復原備份，以免遺失其中的內容。",
    },
    "backup-none": {
      title: "沒有備份",
      detail: "此復原帳戶沒有備份。請確認您登入的是正確的帳戶，或手動新增您的帳戶。",
    },
    "backup-deleted": {
      title: "您的備份已刪除",
      detail: "備份功能已關閉，先前的備份無法找回。請手動新增您的帳戶，然後再次開啟備份。",
    },
    "confirmation-required": {
      title: "此動作需要確認",
      detail: "此動作無法撤銷。擁有者同意後，請在位址中傳送 confirm，並使用此處指定的值。",
    },
    "version-not-found": {
      title: "找不到此版本的備份",
      detail: "它可能因時間過久而移除，或已隨先前的備份一併移除。請選擇其他版本。",
    },
    "version-current": {
      title: "您的備份已經是此版本",
      detail: "沒有需要還原的內容。如果這不是您要的版本，請選擇其他版本。",
    },
    "trust-required": {
      title: "此手機還不能執行此操作",
      detail: "只有開啟過備份或復原過備份的手機才能執行此操作。請在此手機上復原備份，或重新開始。",
    },
    "start-anew-required": {
      title: "您的另一支手機仍屬於此備份",
      detail: "請在此手機上重新開始：其他手機會收到通知，並適用您設定的等待時間。",
    },
    "token-used-elsewhere": { title: "此登入屬於另一部手機", detail: "請在此手機上自行登入。" },
    "version-out-of-reach": {
      title: "該版本早於此手機受信任的時間",
      detail: "請在此手機上復原該版本：將適用您設定的等待時間。",
    },
    "version-elsewhere": {
      title: "該版本由其他類型的手機或其他 iCloud 帳戶建立",
      detail: "請在能開啟它的手機上復原。無法在此處將其設為目前版本。",
    },
    "platform-changed": {
      title: "您的備份是在另一種手機上建立的",
      detail: "一種作業系統的備份無法用於另一種作業系統。您的備份仍會保留。請在此手機上手動新增您的帳戶。",
    },
    "storage-account-missing": {
      title: "需要 iCloud",
      detail: "請在此手機上使用備份所用的帳戶登入 iCloud，然後再試一次。",
    },
    "storage-account-mismatch": {
      title: "這不是您備份所用的 iCloud 帳戶",
      detail: "請登入建立備份時使用的 iCloud 帳戶，然後再試一次。",
    },
    "storage-account-unexpected": {
      title: "此平台不使用儲存空間帳戶",
      detail: "在 Android 上請勿傳送儲存空間檢查值。",
    },
    "envelope-invalid": {
      title: "加密信封的格式不正確",
      detail: "請傳送精簡格式的 JWE（RFC 7516），且標頭成員須與通訊協定所列的完全相同。",
    },
    "envelope-mismatch": {
      title: "加密信封不是為此處建立的",
      detail: "請讀取備份狀態，並針對此擁有者、平台、版本和金鑰重新建立加密信封。",
    },
    "overwrite-refused": {
      title: "有一份此手機尚未復原的備份",
      detail: "現在備份會取代它，因此未做任何變更。請先在此手機上復原備份。",
    },
    "sharp-drop": {
      title: "此手機缺少您大部分的帳戶",
      detail: "為了安全起見，您的備份未被取代。請在此手機上復原備份，或確認您要取代它。",
    },
    "version-changed": {
      title: "備份在此期間已變更",
      detail: "請查看備份目前的內容，然後再備份一次。",
    },
    "backup-frozen": {
      title: "您的備份已凍結",
      detail:
        "您的其中一支手機拒絕了復原。在凍結結束之前，或在該手機或使用時間更久的手機上解除凍結之前，無法取出備份中的任何內容。",
    },
    "older-phone-required": {
      title: "此動作需要較早開始使用的手機",
      detail: "只有您使用時間更久的手機才能決定。請改用該手機繼續。",
    },
    "recovery-key-none": {
      title: "沒有可開啟此備份的復原金鑰",
      detail: "復原金鑰必須事先在已有備份的手機上設定。請登入建立備份時使用的 iCloud 帳戶。",
    },
    "recovery-key-wrong": {
      title: "無法接受此復原金鑰",
      detail: "請確認它是此備份最新的復原金鑰，然後重新輸入。",
    },
    "recovery-key-unneeded": {
      title: "此備份不需要復原金鑰",
      detail: "只要使用您的復原帳戶即可開啟。您不需要進行任何設定。",
    },
    "recovery-key-invalid": {
      title: "無法設定復原金鑰",
      detail: "手機傳送的資料不屬於此備份。請更新應用程式，然後再試一次。",
    },
    "accounts-present": {
      title: "此手機上已經有帳戶",
      detail: "請從此手機移除妨礙復原的帳戶，然後再復原一次。您的備份仍會保留。",
    },
    "storage-bound": {
      title: "此備份只能透過 iCloud 開啟",
      detail: "目前無法將它移到此手機。請在舊手機上建立不需要 iCloud 的版本，或使用您的復原金鑰。",
    },
    "recovery-not-found": {
      title: "找不到此復原作業",
      detail: "它可能已經結束，或屬於另一支手機。請重新開始復原。",
    },
    "recovery-waiting": {
      title: "您的復原正在等待中",
      detail: "您為復原設定了等待時間。請在您的另一支手機上核准，或在等待時間結束後再回來。",
    },
    "recovery-own": {
      title: "此手機無法對自己的復原作業做出決定",
      detail: "請在您的另一支手機上核准或拒絕。在此手機上，您可以取消復原。",
    },
    "recovery-over": {
      title: "此復原作業已結束",
      detail: "已無法再變更。如有需要，請重新開始復原。",
    },
    "contact-address-invalid": {
      title: "無法使用此地址或號碼",
      detail: "請檢查後重新輸入：電子郵件地址，或以 + 和國碼開頭的號碼，並省略國碼後的零。",
    },
    "contact-region-refused": {
      title: "無法傳送簡訊到此號碼",
      detail: "請使用其他國家或地區的號碼，或使用電子郵件地址。",
    },
    "contact-present": {
      title: "此聯絡方式已存在",
      detail: "請使用其他地址或號碼，或先移除此聯絡方式。",
    },
    "too-many-contacts": {
      title: "您的聯絡方式過多",
      detail: "請移除不再使用的聯絡方式，然後再試一次。",
    },
    "contact-not-found": {
      title: "找不到此聯絡方式",
      detail: "它可能已被移除。請查看您的聯絡方式。",
    },
    "contact-confirmed": {
      title: "此聯絡方式已確認",
      detail: "不需要再進行任何操作。",
    },
    "contact-code-wrong": {
      title: "驗證碼不正確",
      detail: "請檢查傳送到此聯絡方式的最新驗證碼，然後重新輸入。",
    },
    "contact-code-expired": {
      title: "驗證碼已過期",
      detail: "驗證碼的有效時間為 10 分鐘。請重新傳送驗證碼。",
    },
    "contact-code-superseded": {
      title: "已有更新的驗證碼",
      detail: "請輸入最後傳送的驗證碼。",
    },
    "code-sent-recently": {
      title: "剛剛傳送過驗證碼",
      detail: "驗證碼可能需要一點時間才會送達。請稍候再重新傳送。",
    },
    "contact-not-counted": {
      title: "此聯絡方式目前無法使用",
      detail: "聯絡方式在確認後 7 天才會生效。請使用其他聯絡方式，或等候。",
    },
    "push-token-mismatch": {
      title: "此推播權杖不屬於這支手機",
      detail: "請傳送與這支手機的平台相符的權杖；只有 APNs 有沙箱環境。",
    },
    "code-not-sent": {
      title: "驗證碼未能傳送",
      detail: "請稍後再試，並使用收到的最新驗證碼。",
    },
    "challenge-not-found": { title: "找不到此驗證", detail: "驗證可能已結束。請重新開始驗證該帳戶。" },
    "challenge-over": { title: "此驗證已結束", detail: "如果帳戶仍需驗證，請重新開始。" },
    "challenge-proof-missing": {
      title: "仍需要其他證明",
      detail: "必須先提供列出的所有證明，才會接受帳戶的金鑰。",
    },
    "proof-not-accepted": {
      title: "這無法驗證該帳戶",
      detail: "密碼無法驗證公司或學校帳戶，提供者的代碼也無法驗證個人帳戶。",
    },
    "account-not-found": { title: "此復原中沒有這個帳戶", detail: "請查看復原所列的內容。" },
    "account-verified": { title: "此帳戶不需要驗證", detail: "它已可在此手機上使用。" },
    "account-pending": {
      title: "此帳戶正在一次復原中等候驗證",
      detail: "登入無法驗證它。請向其組織索取代碼。",
    },
    "sign-in-invalid": { title: "帳戶的登入無效", detail: "請再次登入該帳戶。" },
    "sign-in-mismatch": { title: "登入的是其他帳戶", detail: "請登入要驗證的那個帳戶。" },
    "sign-in-stale": { title: "這不是新的登入", detail: "請現在使用密碼再次登入該帳戶。" },
    "second-factor-missing": {
      title: "登入缺少第二個驗證因素",
      detail: "請使用第二個驗證因素登入該帳戶，或向其組織索取代碼。",
    },
    "sends-spent": { title: "此驗證不會再傳送任何內容", detail: "請重新開始驗證該帳戶。" },
    "activation-code-wrong": {
      title: "此代碼不適用於這個帳戶",
      detail: "請檢查後重新輸入，或向帳戶的組織索取新的代碼。",
    },
    "activation-code-used": { title: "此代碼已使用過", detail: "請向帳戶的組織索取新的代碼。" },
    "activation-code-expired": { title: "此代碼已過期", detail: "請向帳戶的組織索取新的代碼。" },
    "activation-code-cancelled": { title: "此代碼已取消", detail: "請向帳戶的組織索取新的代碼。" },
    "activation-code-superseded": { title: "已有較新的代碼", detail: "請使用頁面目前顯示的代碼。" },
    "credential-key-refused": {
      title: "無法使用此帳戶金鑰",
      detail: "應用程式必須為每個帳戶建立獨立的 P-256 金鑰，且不得與手機的金鑰相同。",
    },
    "credential-key-reused": {
      title: "此帳戶金鑰已使用過",
      detail: "應用程式必須為每個帳戶和每次驗證建立新的金鑰。",
    },
    "push-token-missing": { title: "此手機無法接收通知", detail: "請允許應用程式傳送通知，然後再試一次。" },
    "push-not-sent": { title: "無法傳送通知", detail: "請稍後再試，並確認已允許應用程式傳送通知。" },
    "push-sent-recently": { title: "剛剛已傳送通知", detail: "請回應該通知，或稍候再傳送。" },
    "push-expired": { title: "沒有可回應的通知", detail: "通知未及時回應，或尚未傳送。請重新傳送。" },
    "push-superseded": { title: "已有較新的通知", detail: "請回應最後收到的通知。" },
    "push-answer-invalid": {
      title: "通知的回應無效",
      detail: "應用程式必須使用帳戶的新金鑰簽署通知所帶的內容。",
    },
    "push-number-wrong": { title: "這不是頁面上的數字", detail: "驗證已結束。請重新開始驗證該帳戶。" },
    "activation-not-found": {
      title: "沒有此啟用",
      detail: "貴組織未以此識別碼發出啟用，或該啟用已不再保留。",
    },
    "activation-not-open": { title: "此啟用已不再開放", detail: "它已使用、已結束或已取消，詳見其狀態。" },
    "too-many-activations": {
      title: "此使用者有太多未使用的代碼",
      detail: "請取消其中一個，或等到其中一個已使用或已到期。",
    },
    "credential-not-found": { title: "沒有此認證", detail: "貴組織沒有以此識別碼驗證的帳戶。" },
    "issuer-refused": { title: "您不能驗證此簽發者的帳戶", detail: "請指定已為貴組織設定的簽發者。" },
    "codes-locked": {
      title: "錯誤的一次性代碼太多",
      detail: "在所示時間之前，不會檢查此帳戶的任何代碼。請讓使用者以其他方式登入。",
    },
    "codes-closed": {
      title: "此帳戶的一次性代碼已關閉",
      detail: "連續出現太多錯誤代碼。使用者的手機重新通過驗證後才會再次接受。",
    },
    "store-unavailable": {
      title: "服務目前無法使用",
      detail: "您的資料沒有遺失。請稍後再試一次。",
    },
    "keys-unavailable": {
      title: "服務目前無法使用",
      detail: "您的資料沒有遺失。請稍後再試一次。",
    },
    "key-unusable": {
      title: "目前無法開啟您的備份",
      detail: "您的備份仍會保留。請聯絡支援人員，並提供此訊息的編號。",
    },
    "data-unreadable": {
      title: "目前無法讀取您的資料",
      detail: "您的資料仍會保留，且未做任何變更。請聯絡支援人員，並提供此訊息的編號。",
    },
    "sign-in-unavailable": {
      title: "目前無法檢查您的登入",
      detail: "您的資料沒有遺失。請稍後再試一次。",
    },
    "too-many-requests": {
      title: "這支手機傳送的要求過多",
      detail: "應用程式一次要求過多。請稍後再試一次。",
    },
    busy: {
      title: "您的備份正在進行其他變更",
      detail: "請稍後再試一次。",
    },
    "not-ready": {
      title: "服務尚未就緒",
      detail: "請稍後再試一次。",
    },
    "not-configured": {
      title: "服務尚未設定完成",
      detail: "沒有任何變更。請稍後再試一次。",
    },
    internal: {
      title: "我們的服務發生問題",
      detail: "請聯絡支援人員，並提供此訊息的編號。",
    },
  },
  remedies: {
    "check-code": "請檢查代碼，並輸入最新的一組。",
    "check-contact": "請檢查地址或號碼，然後重新輸入。",
    "refresh-contacts": "請查看您目前的聯絡方式。",
    "remove-a-contact": "請移除不再使用的聯絡方式。",
    "send-code-again": "請重新傳送驗證碼。",
    "use-another-contact": "請使用其他地址或號碼。",
    "change-password": "請變更復原帳戶的密碼，以免他人繼續操作。",
    "recover-or-start-anew": "請在此手機上復原備份，或重新開始。",
    "start-anew": "請從此手機開始新的備份。原有內容會保留 30 天。",
    wait: "請等到所示時間。",
    "ask-for-role": "請要求所列的應用程式角色。",
    "use-operator-token": "請使用營運人員的權杖。",
    "use-provider-token": "請使用帳戶提供者的權杖。",
    "allow-notifications": "請允許應用程式傳送通知。",
    "answer-latest-push": "請回應最後收到的通知。",
    "ask-provider": "請向帳戶的組織索取新的代碼。",
    "begin-again": "請重新開始驗證該帳戶。",
    "give-proof": "請提供列出的證明。",
    "make-new-key": "請再試一次，應用程式會建立新的金鑰。",
    "send-push-again": "請重新傳送通知。",
    "sign-in-to-account": "請登入要驗證的帳戶。",
    "use-another-way": "請讓使用者以其他方式登入。",
    "issue-another-code": "請發出另一個代碼，讓使用者以它驗證帳戶。",
    "add-accounts-by-hand": "請在此手機上手動新增您的帳戶。",
    "approve-on-another-phone": "請在您的另一支手機上核准復原，或等到等待時間結束。",
    "check-recovery-key": "請檢查復原金鑰，然後重新輸入。",
    "contact-support": "請聯絡支援人員，並提供此訊息的編號。",
    "fix-request": "請更新應用程式，然後再試一次。如果問題仍未解決，請聯絡支援人員。",
    "lift-freeze": "請在您使用最久的手機上解除凍結。",
    "make-new-proof": "請再試一次。如果問題仍未解決，請確認手機的時間正確。",
    "recover-first": "請先在此手機上復原您的備份。",
    "refresh-status": "請查看備份目前的內容，然後再試一次。",
    "remove-accounts": "請從此手機移除妨礙復原的帳戶，然後再復原一次。",
    "register-device": "請使用復原帳戶註冊此手機。",
    "retry-later": "請稍後再試一次。",
    "revoke-a-device": "請移除不再使用的手機。",
    "sign-in": "請使用復原帳戶登入。",
    "sign-in-again": "請再次登入，以確認是您本人。",
    "sign-in-to-storage-account": "請在此手機上登入 iCloud。",
    "turn-backup-on": "請在應用程式中開啟備份。",
    "update-app": "請將應用程式更新為最新版本。",
    "use-older-phone": "請改用您使用時間更久的手機繼續。",
    "use-original-phone": "請改用建立備份的手機繼續。",
    "use-original-storage-account": "請登入建立備份時使用的 iCloud 帳戶。",
    "use-personal-account": "請使用個人帳戶登入。",
  },
};
