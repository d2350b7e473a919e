import type { Texts } from "../textShape.ts";

export const sv: Texts = {
  problems: {
    "token-missing": {
      title: "Du är inte inloggad",
      detail: "Logga in med ditt återställningskonto och försök igen.",
    },
    "token-invalid": {
      title: "Din inloggning godtogs inte",
      detail: "Logga in med ditt återställningskonto och försök igen.",
    },
    "token-expired": {
      title: "Din inloggning har gått ut",
      detail: "Logga in med ditt återställningskonto och försök igen.",
    },
    "work-account-refused": {
      title: "Ett arbets- eller skolkonto kan inte användas för säkerhetskopiering",
      detail:
        "Logga in med ett personligt konto. Dess säkerhetskopia innehåller även dina arbets- och skolkonton.",
    },
    "provider-refused": {
      title: "En kontoleverantör kan inte använda en säkerhetskopia",
      detail: "Säkerhetskopior är bara till för sina ägare. Logga in med ett personligt konto.",
    },
    "operator-refused": {
      title: "Driftpersonal kan inte använda en säkerhetskopia",
      detail: "Säkerhetskopior är bara till för sina ägare. Logga in med ett personligt konto.",
    },
    "provider-required": {
      title: "Det här är till för kontoleverantörer",
      detail: "Använd en token som organisationens app har fått med sina egna uppgifter.",
    },
    "operator-required": {
      title: "Det här är till för driftpersonal",
      detail: "Använd en token för ett konto som sköter driften av tjänsten.",
    },
    "role-required": {
      title: "Token saknar en approll",
      detail: "Be den som sköter appregistreringen om den roll som anges.",
    },
    "proof-missing": {
      title: "Telefonen har inte bevisat vilken den är",
      detail: "Skicka ett DPoP-huvud med ett bevis som är signerat med telefonens nyckel.",
    },
    "proof-invalid": {
      title: "Telefonens bevis godtogs inte",
      detail:
        "Skapa ett nytt bevis för den här metoden, adressen och åtkomsttoken, signerat med telefonens nyckel.",
    },
    "proof-expired": {
      title: "Telefonens bevis är för gammalt eller från framtiden",
      detail:
        "Telefonens klocka går fel, eller så var begäran för länge på väg. Jämför klockan med tjänstens tid, som anges här, och försök igen, helst på en snabbare anslutning.",
    },
    "proof-replayed": {
      title: "Telefonens bevis har redan använts",
      detail: "Skapa ett nytt bevis för varje begäran, även när du upprepar en.",
    },
    "device-not-registered": {
      title: "Den här telefonen är inte registrerad",
      detail: "Registrera först telefonen med ditt återställningskonto.",
    },
    "step-up-required": {
      title: "Logga in igen",
      detail: "För att skydda dina konton behöver du bekräfta med ditt återställningskonto att det är du.",
    },
    "too-many-refusals": {
      title: "För många begäranden har avvisats",
      detail:
        "För att skydda dina konton besvaras inga fler begäranden med den här inloggningen på ett tag. En ny inloggning släpps igenom. Säkerhetskopieringen fortsätter som vanligt.",
    },
    "too-many-tries": {
      title: "För många försök",
      detail:
        "För att skydda dina konton godtas inga fler försök på ett tag. Säkerhetskopieringen fortsätter som vanligt.",
    },
    "client-version-invalid": {
      title: "Appens version saknas eller har fel format",
      detail: "Skicka appens version i X-Client-Version, som ett till fyra tal med punkter emellan.",
    },
    "client-platform-invalid": {
      title: "Telefonens plattform saknas eller är okänd",
      detail: "Skicka ios eller android i X-Client-Platform.",
    },
    "client-platform-changed": {
      title: "Telefonen är registrerad med en annan plattform",
      detail:
        "En telefon behåller den plattform som den registrerades med. Registrera telefonen med nya nycklar.",
    },
    "app-version-unsupported": {
      title: "Den här versionen av appen är för gammal",
      detail: "Uppdatera appen för att säkerhetskopiera och återställa dina konton.",
    },
    "length-required": {
      title: "Begäran anger inte hur lång den är",
      detail: "Skicka Content-Length. Innehåll som skickas i delar godtas inte.",
    },
    "body-too-large": {
      title: "Begäran är för stor",
      detail: "Skicka ett mindre innehåll.",
    },
    "content-type-unsupported": {
      title: "Begäran är inte JSON",
      detail: "Skicka innehållet som application/json i UTF-8.",
    },
    "content-encoding-unsupported": {
      title: "Begäran är komprimerad",
      detail: "Skicka innehållet utan Content-Encoding.",
    },
    "body-missing": {
      title: "Begäran saknar innehåll",
      detail: "Skicka det JSON-objekt som adressen kräver.",
    },
    "json-invalid": {
      title: "Begäran är inte giltig JSON",
      detail: "Skicka ett JSON-värde i UTF-8 (RFC 8259).",
    },
    "json-too-deep": {
      title: "Begäran har för många nivåer",
      detail: "Skicka ett innehåll i det format som adressen kräver.",
    },
    "json-too-many-members": {
      title: "Begäran har för många medlemmar",
      detail: "Skicka ett innehåll i det format som adressen kräver.",
    },
    "json-duplicate-key": {
      title: "Begäran anger samma medlem två gånger",
      detail: "Ange varje medlem i ett objekt en enda gång.",
    },
    "json-invalid-number": {
      title: "Begäran innehåller ett tal som inte godtas",
      detail: "Tal är hela och skrivs utan decimaler och utan exponent.",
    },
    "json-invalid-string": {
      title: "Begäran innehåller ett tecken som inte godtas",
      detail: "Strängar får varken innehålla NUL eller ett ensamt surrogat.",
    },
    "private-key-refused": {
      title: "Begäran innehåller en privat nyckel",
      detail: "En privat nyckel får aldrig lämna telefonen där den skapades. Skicka bara publika nycklar.",
    },
    "body-invalid": {
      title: "Begäran har inte det format som adressen kräver",
      detail: "Rätta det som listan över fel anger och försök igen.",
    },
    "parameter-invalid": {
      title: "Adressen har fel format",
      detail: "Rätta det som listan över fel anger och försök igen.",
    },
    "header-invalid": {
      title: "Ett huvud har fel format",
      detail: "Rätta det som listan över fel anger och försök igen.",
    },
    "idempotency-key-invalid": {
      title: "Idempotensnyckeln saknas eller har fel format",
      detail:
        "Skicka 16 till 64 bokstäver, siffror, - eller _ i Idempotency-Key, en ny nyckel för varje åtgärd och samma när du upprepar den.",
    },
    "idempotency-key-reused": {
      title: "Idempotensnyckeln hör till en annan begäran",
      detail: "Använd en ny nyckel för en ny åtgärd. Ett nytt försök skickar exakt samma innehåll.",
    },
    "precondition-required": {
      title: "Uppladdningen anger inte vad den ersätter",
      detail: "Skicka If-Match med statusens ETag, eller If-None-Match: * för den första versionen.",
    },
    "not-found": {
      title: "Det finns ingenting på den här adressen",
      detail: "Kontrollera adressen och försök igen.",
    },
    "method-not-allowed": {
      title: "Adressen tar inte emot den här metoden",
      detail: "Använd någon av metoderna i huvudet Allow.",
    },
    "device-id-mismatch": {
      title: "Adressen anger en annan telefon",
      detail:
        "En telefon registrerar bara sig själv, med tumavtrycket (RFC 7638) av nyckeln som signerar dess bevis.",
    },
    "device-conflict": {
      title: "Telefonen är registrerad med en annan förseglingsnyckel",
      detail: "Skapa nya nycklar och registrera telefonen med dem.",
    },
    "too-many-devices": {
      title: "Du har för många telefoner",
      detail: "Ta bort en telefon som du inte längre använder och försök igen.",
    },
    "backup-off": {
      title: "Säkerhetskopiering är avstängd",
      detail: "Slå först på säkerhetskopiering.",
    },
    "backup-already-on": {
      title: "Det finns redan en säkerhetskopia",
      detail: "Återställ den på den här telefonen, så att ingenting i den går förlorat.",
    },
    "backup-none": {
      title: "Det finns ingen säkerhetskopia",
      detail:
        "Återställningskontot har ingen säkerhetskopia. Kontrollera att du är inloggad med rätt konto, eller lägg till dina konton för hand.",
    },
    "backup-deleted": {
      title: "Din säkerhetskopia har raderats",
      detail:
        "Säkerhetskopieringen stängdes av och kopian kan inte fås tillbaka. Lägg till dina konton för hand och slå på säkerhetskopiering igen.",
    },
    "confirmation-required": {
      title: "Det här måste bekräftas",
      detail:
        "Det går inte att ångra. Skicka confirm i adressen, med värdet som anges här, när ägaren har godkänt det.",
    },
    "version-not-found": {
      title: "Den här versionen av din säkerhetskopia finns inte",
      detail:
        "Den kan ha tagits bort på grund av sin ålder, eller tillsammans med en tidigare säkerhetskopia. Välj en annan.",
    },
    "version-current": {
      title: "Din säkerhetskopia är redan den här versionen",
      detail: "Det finns ingenting att återställa. Välj en annan version om det inte är den du vill ha.",
    },
    "trust-required": {
      title: "Den här telefonen kan inte göra det än",
      detail:
        "Det kan bara en telefon som har slagit på säkerhetskopieringen eller återställt den. Återställ på den här telefonen, eller börja om.",
    },
    "start-anew-required": {
      title: "En annan av dina telefoner räknas fortfarande till säkerhetskopian",
      detail:
        "Börja om på den här telefonen: dina andra telefoner får veta det, och en väntetid som du har valt gäller.",
    },
    "token-used-elsewhere": {
      title: "Den här inloggningen hör till en annan telefon",
      detail: "Logga in på själva den här telefonen.",
    },
    "version-out-of-reach": {
      title: "Den versionen är från tiden innan den här telefonen var betrodd",
      detail: "Återställ den versionen på den här telefonen: en väntetid som du har valt gäller.",
    },
    "version-elsewhere": {
      title: "Den versionen gjordes med en annan sorts telefon eller ett annat iCloud-konto",
      detail: "Återställ den på en telefon som kan öppna den. Den kan inte göras aktuell här.",
    },
    "platform-changed": {
      title: "Din säkerhetskopia gjordes på en annan sorts telefon",
      detail:
        "En säkerhetskopia från ett operativsystem kan inte användas på ett annat. Din säkerhetskopia finns kvar. Lägg till dina konton för hand på den här telefonen.",
    },
    "storage-account-missing": {
      title: "iCloud behövs",
      detail:
        "Logga in på iCloud på den här telefonen, med kontot som din säkerhetskopia använder, och försök igen.",
    },
    "storage-account-mismatch": {
      title: "Det här är inte säkerhetskopians iCloud-konto",
      detail: "Logga in på det iCloud-konto som säkerhetskopian gjordes med och försök igen.",
    },
    "storage-account-unexpected": {
      title: "Lagringskonto används inte på den här plattformen",
      detail: "Utelämna lagringskontrollen på Android.",
    },
    "envelope-invalid": {
      title: "Kuvertet har fel format",
      detail: "Skicka en kompakt JWE (RFC 7516) med exakt de medlemmar i huvudet som protokollet anger.",
    },
    "envelope-mismatch": {
      title: "Kuvertet gjordes för en annan plats",
      detail:
        "Läs säkerhetskopians status och gör om kuvertet för den här ägaren, plattformen, versionen och nyckeln.",
    },
    "overwrite-refused": {
      title: "Det finns en säkerhetskopia som den här telefonen inte har återställt",
      detail:
        "Att säkerhetskopiera nu skulle ersätta den, så ingenting har ändrats. Återställ den först på den här telefonen.",
    },
    "sharp-drop": {
      title: "De flesta av dina konton saknas på den här telefonen",
      detail:
        "För säkerhets skull ersattes inte din säkerhetskopia. Återställ den på den här telefonen, eller bekräfta att du vill ersätta den.",
    },
    "version-changed": {
      title: "Säkerhetskopian har ändrats under tiden",
      detail: "Kontrollera vad den innehåller nu och säkerhetskopiera igen.",
    },
    "backup-frozen": {
      title: "Din säkerhetskopia är spärrad",
      detail:
        "En återställning nekades på en av dina telefoner. Ingenting lämnar säkerhetskopian förrän spärren upphör, eller du häver den på den telefonen eller en äldre.",
    },
    "older-phone-required": {
      title: "Det här kräver en äldre telefon",
      detail: "Bara en telefon som du har använt längre kan avgöra det här. Fortsätt på den telefonen.",
    },
    "recovery-key-none": {
      title: "Ingen återställningsnyckel öppnar säkerhetskopian",
      detail:
        "En återställningsnyckel måste läggas till i förväg, på en telefon som har säkerhetskopian. Logga in på det iCloud-konto som säkerhetskopian gjordes med.",
    },
    "recovery-key-wrong": {
      title: "Återställningsnyckeln godtogs inte",
      detail: "Kontrollera att det är den senaste för den här säkerhetskopian och skriv in den igen.",
    },
    "recovery-key-unneeded": {
      title: "Den här säkerhetskopian behöver ingen återställningsnyckel",
      detail: "Den går att öppna med enbart ditt återställningskonto. Du behöver inte lägga till någonting.",
    },
    "recovery-key-invalid": {
      title: "Återställningsnyckeln kunde inte läggas till",
      detail:
        "Det som telefonen skickade hör inte till den här säkerhetskopian. Uppdatera appen och försök igen.",
    },
    "accounts-present": {
      title: "Det finns redan konton på den här telefonen",
      detail:
        "Ta bort de konton som är i vägen från telefonen och återställ igen. Din säkerhetskopia finns kvar.",
    },
    "storage-bound": {
      title: "Den här säkerhetskopian går bara att öppna med iCloud",
      detail:
        "Den kan inte flyttas till den här telefonen som den är. Gör en version utan iCloud på den gamla telefonen, eller använd din återställningsnyckel.",
    },
    "recovery-not-found": {
      title: "Återställningen finns inte",
      detail: "Den kan ha avslutats eller höra till en annan telefon. Påbörja en ny.",
    },
    "recovery-waiting": {
      title: "Din återställning väntar",
      detail:
        "Du har valt en väntetid för återställningar. Godkänn återställningen på en annan av dina telefoner, eller kom tillbaka när tiden har gått.",
    },
    "recovery-own": {
      title: "Den här telefonen kan inte avgöra sin egen återställning",
      detail:
        "Den godkänns eller nekas på en annan av dina telefoner. På den här telefonen kan du avbryta den.",
    },
    "recovery-over": {
      title: "Återställningen är avslutad",
      detail: "Den går inte längre att ändra. Påbörja en ny om du behöver det.",
    },
    "contact-address-invalid": {
      title: "Adressen eller numret kan inte användas",
      detail:
        "Kontrollera och skriv in igen: en e-postadress, eller ett nummer med + och landsnummer, utan den nolla som följer inom landet.",
    },
    "contact-region-refused": {
      title: "Det går inte att skicka sms till det här numret",
      detail: "Använd ett nummer från ett annat land, eller en e-postadress.",
    },
    "contact-present": {
      title: "Kontakten finns redan",
      detail: "Använd en annan adress eller ett annat nummer, eller ta först bort kontakten.",
    },
    "too-many-contacts": {
      title: "Du har för många kontakter",
      detail: "Ta bort en kontakt som du inte längre använder och försök igen.",
    },
    "contact-not-found": {
      title: "Kontakten finns inte",
      detail: "Den kan ha tagits bort. Se efter bland dina kontakter.",
    },
    "contact-confirmed": {
      title: "Kontakten är redan bekräftad",
      detail: "Du behöver inte göra något mer för den.",
    },
    "contact-code-wrong": {
      title: "Koden är fel",
      detail: "Kontrollera den senaste koden som skickades till kontakten och skriv in den igen.",
    },
    "contact-code-expired": {
      title: "Koden har gått ut",
      detail: "En kod gäller i 10 minuter. Låt skicka en ny.",
    },
    "contact-code-superseded": {
      title: "Det finns en nyare kod",
      detail: "Skriv in den kod som skickades sist.",
    },
    "code-sent-recently": {
      title: "En kod skickades alldeles nyss",
      detail: "Det kan ta en stund innan den kommer fram. Vänta innan du låter skicka en till.",
    },
    "contact-not-counted": {
      title: "Den här kontaktvägen kan inte användas än",
      detail: "En kontaktväg gäller 7 dagar efter att den bekräftades. Använd en annan, eller vänta.",
    },
    "push-token-mismatch": {
      title: "Push-token är inte för den här telefonen",
      detail: "Skicka en token för telefonens plattform; bara APNs har en testmiljö.",
    },
    "code-not-sent": {
      title: "Koden kunde inte skickas",
      detail: "Försök igen om en stund, och använd den senaste koden som kommer fram.",
    },
    "challenge-not-found": {
      title: "Verifieringen finns inte",
      detail: "Den kan vara avslutad. Börja om med kontot.",
    },
    "challenge-over": {
      title: "Verifieringen är avslutad",
      detail: "Börja om med kontot om det fortfarande behöver verifieras.",
    },
    "challenge-proof-missing": {
      title: "Något måste fortfarande bevisas",
      detail: "Kontots nyckel tas emot först när alla bevis som anges har lämnats.",
    },
    "proof-not-accepted": {
      title: "Det här verifierar inte kontot",
      detail:
        "Ett lösenord verifierar inte ett arbets- eller skolkonto, och en leverantörs kod verifierar inte ett personligt.",
    },
    "account-not-found": {
      title: "Återställningen har inget sådant konto",
      detail: "Titta på vad återställningen innehåller.",
    },
    "account-verified": {
      title: "Kontot behöver inte verifieras",
      detail: "Det fungerar redan på den här telefonen.",
    },
    "account-pending": {
      title: "Kontot väntar i en återställning",
      detail: "En inloggning verifierar det inte. Be organisationen om en kod.",
    },
    "sign-in-invalid": { title: "Inloggningen till kontot gäller inte", detail: "Logga in på kontot igen." },
    "sign-in-mismatch": {
      title: "Det var ett annat konto",
      detail: "Logga in på just det konto som ska verifieras.",
    },
    "sign-in-stale": {
      title: "Inloggningen är inte ny",
      detail: "Logga in på kontot igen, nu, med ditt lösenord.",
    },
    "second-factor-missing": {
      title: "Inloggningen saknar en andra faktor",
      detail: "Logga in på kontot med en andra faktor, eller be organisationen om en kod.",
    },
    "sends-spent": { title: "Inget mer skickas i den här verifieringen", detail: "Börja om med kontot." },
    "activation-code-wrong": {
      title: "Koden är inte rätt för det här kontot",
      detail: "Kontrollera den och skriv in den igen, eller be kontots organisation om en ny.",
    },
    "activation-code-used": { title: "Koden har redan använts", detail: "Be kontots organisation om en ny." },
    "activation-code-expired": { title: "Koden är för gammal", detail: "Be kontots organisation om en ny." },
    "activation-code-cancelled": {
      title: "Koden har återkallats",
      detail: "Be kontots organisation om en ny.",
    },
    "activation-code-superseded": {
      title: "Det finns en nyare kod",
      detail: "Använd den kod som sidan visar nu.",
    },
    "credential-key-refused": {
      title: "Kontots nyckel kan inte användas",
      detail: "Appen måste skapa en egen P-256-nyckel för varje konto, skild från telefonens nycklar.",
    },
    "credential-key-reused": {
      title: "Kontots nyckel har redan använts",
      detail: "Appen måste skapa en ny nyckel för varje konto och varje verifiering.",
    },
    "push-token-missing": {
      title: "Den här telefonen får inga aviseringar",
      detail: "Tillåt aviseringar för appen och försök igen.",
    },
    "push-not-sent": {
      title: "Aviseringen kunde inte skickas",
      detail: "Försök igen om en stund, och kontrollera att aviseringar är tillåtna för appen.",
    },
    "push-sent-recently": {
      title: "En avisering skickades nyss",
      detail: "Svara på den, eller vänta innan en ny skickas.",
    },
    "push-expired": {
      title: "Det finns ingen avisering att svara på",
      detail: "Den besvarades inte i tid, eller så har ingen skickats. Skicka en ny.",
    },
    "push-superseded": { title: "Det finns en nyare avisering", detail: "Svara på den som kom sist." },
    "push-answer-invalid": {
      title: "Svaret på aviseringen gäller inte",
      detail: "Appen måste signera det som aviseringen innehöll med kontots nya nyckel.",
    },
    "push-number-wrong": {
      title: "Det var inte numret på sidan",
      detail: "Verifieringen har avslutats. Börja om med kontot.",
    },
    "activation-not-found": {
      title: "Det finns ingen sådan aktivering",
      detail: "Din organisation har inte utfärdat någon med detta id, eller så sparas den inte längre.",
    },
    "activation-not-open": {
      title: "Aktiveringen är inte längre öppen",
      detail: "Den har använts, avslutats eller avbrutits. Dess tillstånd säger vilket.",
    },
    "too-many-activations": {
      title: "Användaren har för många öppna koder",
      detail: "Avbryt en, eller vänta tills en har använts eller gått ut.",
    },
    "credential-not-found": {
      title: "Det finns ingen sådan autentiseringsuppgift",
      detail: "Inget konto i din organisation har verifierats med detta id.",
    },
    "issuer-refused": {
      title: "Du kan inte verifiera den här utfärdarens konton",
      detail: "Ange en utfärdare som är inställd för din organisation.",
    },
    "codes-locked": {
      title: "För många felaktiga engångskoder",
      detail:
        "Ingen kod för kontot kontrolleras före den tid som anges. Låt användaren logga in på ett annat sätt.",
    },
    "codes-closed": {
      title: "Kontots engångskoder är stängda",
      detail:
        "För många felaktiga kom i rad. De godtas igen när en av användarens telefoner har verifierats på nytt.",
    },
    "store-unavailable": {
      title: "Tjänsten är inte tillgänglig just nu",
      detail: "Ingenting har gått förlorat. Försök igen om en stund.",
    },
    "keys-unavailable": {
      title: "Tjänsten är inte tillgänglig just nu",
      detail: "Ingenting har gått förlorat. Försök igen om en stund.",
    },
    "key-unusable": {
      title: "Din säkerhetskopia kan inte öppnas just nu",
      detail: "Den finns kvar. Kontakta supporten och uppge numret på det här meddelandet.",
    },
    "data-unreadable": {
      title: "Dina data kan inte läsas just nu",
      detail:
        "De finns kvar och ingenting har ändrats. Kontakta supporten och uppge numret på det här meddelandet.",
    },
    "sign-in-unavailable": {
      title: "Din inloggning kan inte kontrolleras just nu",
      detail: "Ingenting har gått förlorat. Försök igen om en stund.",
    },
    "too-many-requests": {
      title: "För många begäranden från den här telefonen",
      detail: "Appen begär för mycket på en gång. Försök igen om en stund.",
    },
    busy: {
      title: "Något annat håller på att ändra din säkerhetskopia",
      detail: "Försök igen om en stund.",
    },
    "not-ready": {
      title: "Tjänsten är inte redo än",
      detail: "Försök igen om en stund.",
    },
    "not-configured": {
      title: "Tjänsten är inte färdiginställd",
      detail: "Ingenting har ändrats. Försök igen senare.",
    },
    internal: {
      title: "Något gick fel hos oss",
      detail: "Kontakta supporten och uppge numret på det här meddelandet.",
    },
  },
  remedies: {
    "check-code": "Kontrollera koden och skriv in den senaste.",
    "check-contact": "Kontrollera adressen eller numret och skriv in det igen.",
    "refresh-contacts": "Se efter vilka kontakter du har nu.",
    "remove-a-contact": "Ta bort en kontakt som du inte längre använder.",
    "send-code-again": "Låt skicka en ny kod.",
    "use-another-contact": "Använd en annan adress eller ett annat nummer.",
    "change-password": "Byt lösenord på ditt återställningskonto, så att ingen annan kan gå vidare.",
    "recover-or-start-anew": "Återställ säkerhetskopian på den här telefonen, eller börja om.",
    "start-anew": "Börja en ny säkerhetskopia från den här telefonen. Det som fanns sparas i 30 dagar.",
    wait: "Vänta till den tid som anges.",
    "ask-for-role": "Be om den approll som anges.",
    "use-operator-token": "Använd en token för driftpersonal.",
    "use-provider-token": "Använd en kontoleverantörs token.",
    "allow-notifications": "Tillåt aviseringar för appen.",
    "answer-latest-push": "Svara på den avisering som kom sist.",
    "ask-provider": "Be kontots organisation om en ny kod.",
    "begin-again": "Börja om med kontot.",
    "give-proof": "Lämna de bevis som anges.",
    "make-new-key": "Försök igen: appen skapar en ny nyckel.",
    "send-push-again": "Skicka en ny avisering.",
    "sign-in-to-account": "Logga in på det konto som ska verifieras.",
    "use-another-way": "Låt användaren logga in på ett annat sätt.",
    "issue-another-code": "Utfärda en ny kod och låt användaren verifiera kontot med den.",
    "add-accounts-by-hand": "Lägg till dina konton för hand på den här telefonen.",
    "approve-on-another-phone": "Godkänn återställningen på en annan av dina telefoner, eller vänta.",
    "check-recovery-key": "Kontrollera återställningsnyckeln och skriv in den igen.",
    "contact-support": "Kontakta supporten och uppge numret på det här meddelandet.",
    "fix-request": "Uppdatera appen och försök igen. Kontakta supporten om det inte hjälper.",
    "lift-freeze": "Häv spärren på den telefon som du har använt längst.",
    "make-new-proof": "Försök igen. Kontrollera att telefonens klocka går rätt om det inte hjälper.",
    "recover-first": "Återställ först din säkerhetskopia på den här telefonen.",
    "refresh-status": "Kontrollera vad din säkerhetskopia innehåller nu och försök igen.",
    "remove-accounts": "Ta bort de konton som är i vägen från telefonen och återställ igen.",
    "register-device": "Registrera telefonen med ditt återställningskonto.",
    "retry-later": "Försök igen om en stund.",
    "revoke-a-device": "Ta bort en telefon som du inte längre använder.",
    "sign-in": "Logga in med ditt återställningskonto.",
    "sign-in-again": "Logga in igen för att bekräfta att det är du.",
    "sign-in-to-storage-account": "Logga in på iCloud på den här telefonen.",
    "turn-backup-on": "Slå på säkerhetskopiering i appen.",
    "update-app": "Uppdatera appen till den senaste versionen.",
    "use-older-phone": "Fortsätt på en telefon som du har använt längre.",
    "use-original-phone": "Fortsätt på telefonen som säkerhetskopian gjordes på.",
    "use-original-storage-account": "Logga in på det iCloud-konto som säkerhetskopian gjordes med.",
    "use-personal-account": "Logga in med ett personligt konto.",
  },
};
