"""The small words of news prose that tell what a capitalised run is, or that it is no name."""

from service.names import COURTESY_TITLES, word_list

TITLES = frozenset(COURTESY_TITLES)

UPPER = "A-ZÀ-ÖØ-ÞĀČĆĎĐĒĖĘĚĞĢĪİĶŁĻŃŅŇŌŐŘŚŠŞŤŪŮŰŹŻŽ"

# What a title-cased word in front of a name is when it is not part of it.
ROLES = word_list("""
    Acting Admiral Ambassador Analyst Archbishop Attorney Bishop Brigadier Cabinet Captain
    Cardinal Chairman Chairwoman Chancellor Chief Cllr Coach Colonel Col Commander Commissioner
    Congressman Congresswoman Coun Councillor Councilman Councilwoman
    Det Insp Defence Defense Deputy Director Doctor Editor Envoy
    Executive Father Finance First Foreign Former General Gen Governor Gov Head Inspector
    Interior Judge Justice Lieutenant Lt Major Maj Manager Mayor Minister Officer Police
    President Prime Professor Rep Representative Reverend Rev Secretary Sen Senator Sergeant
    Sgt Sheikh Sheriff Sister Spokesman Spokeswoman Spokesperson State Superintendent Treasurer Vice
""")

# A given name is taken by these, so the title belongs to the name: Pope Francis.
REGNAL = word_list("""
    Pope King Queen Prince Princess Emperor Empress Saint
""")

# Roles that stand directly before the name of a person: President Donald Trump.
LINKED = word_list("""
    President Senator Minister Chancellor Governor Mayor Chairman General
""")

# Words that open sentences; a name can follow them.
OPENERS = word_list("""
    A About According After Against All Also Although Amid Among An And Another Any As At
    Because Before Both But By Despite During Each Earlier Even Every For From He Her His How
    However I If In Into It Its Last Later Like Many Meanwhile More Most My Near No Nor Not
    Now Of On Once One Only Or Other Our Over Read She Since So Some Still Such That The Their
    Then There These They This Those Though Through To Two Under Unlike Until Up Upon We What
    When Where Whether Which While Who Why With Without Yet You Your
""")

# Last words that give a type away.
ORGANIZATION_HEADS = word_list("""
    Academy Administration Agency Airlines Airways Alliance Army Assembly Association
    Authority Bank Board Broadcasting Brothers Bureau Church Club College Commission Committee
    Co Company Conference Confederation Congress Consortium Corp Corporation Council Court
    Department Federation Force Forum Foundation Fund Group Holdings Inc Institute Institution
    Laboratory League Ltd Ministry Mission Motors Museum Network Office Orchestra Organisation
    Organization Parliament Partners Party Program Programme Radio Records Report School
    Senate Service Services Society Studios Systems Team Television Tribunal Trust Union
    LLC PLC Plc United University
    Watch Daily Gazette Globe Guardian Herald Ilbo Journal Magazine Mail
    News Newspaper Post Press Review Sinmun Shimbun Standard Sun Telegraph Times Today Tribune
    Weekly Zeitung
""")

PLACE_HEADS = word_list("""
    Airport Avenue Bay Beach Bridge Canal Castle Cathedral City Coast County Creek District
    Falls Forest Gulf Hall Harbor Harbour Hill Hills Hotel Island Islands Lake Mountain
    Mountains Ocean Palace Park Peninsula Plaza Prison Province River Road Sea Square Stadium
    Station Strait Street Tower Valley Village
""")

# Hardly a family name, so that `Southwark Bridge` is no person.
SURELY_PLACES = word_list("""
    Airport Avenue Beach Bridge Canal Cathedral Harbor Harbour Hotel Island Islands Mountains Ocean
    Palace Peninsula Plaza Prison Province River Road Square Stadium Station Strait Street Valley
    Village
""")
SURELY_ORGANIZATIONS = word_list("""
    Academy Administration Agency Airlines Airways Association Authority Bureau College Commission
    Committee Company Corporation Council Department Federation Foundation Group Inc Institute
    League Ltd Ministry Museum Office Orchestra Organisation Organization Parliament Party
    Services Society Studios Systems Tribunal Union United University
""")

# What a tagger takes for a name and no reader would look up.
NEVER = word_list("""
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May
    June July August September October November December Mon Tue Wed Thu Fri Sat Sun Jan Feb
    Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Today Yesterday Tomorrow North South East West
    Northeast Northwest Southeast Southwest FILES FILE PHOTO Photo Picture AM PM GMT EST PhD
    MP MPs MEP CEO CFO Mr Mrs Ms God Internet English Read Updated Embassy Christmas Easter
    Bible Ramadan Brexit END ENDS LEAD MORE GRAPHIC BST CET CEST HKT IST JST KST UTC EDT PDT PST
    CBE DBE KBE MBE OBE
""")

# People's Daily is one name, Pyongyang's Organization and Guidance Department two.
GENERIC_OWNERS = word_list("""
    People Children Women Men Workers King Queen Prince Saint Mother Veterans World Sheriff
    Prosecutor Coroner Speaker
""")

# Small words that a family name starts with.
PARTICLES = word_list("""
    al bin da de del della der di du el ibn la le ter ul van von
""")
