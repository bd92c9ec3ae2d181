/*
 * How each country writes its addresses, made by scripts/addresses.ts from the address metadata of libaddressinput
 * (Google, CC BY 4.0: https://github.com/google/libaddressinput), as of 2024-09-04; do not edit. A line is a country:
 * code, rows, rows in Latin script, required, names, postal code, example, languages and regions, apart by tabs; a region
 * is code=name=name in Latin script. Rows are of N recipient, A street, D district, C city, S region, Z postal code.
 */
export const addressData: string = String.raw`
AC	N,A,C,Z				ASCN 1ZZ	ASCN 1ZZ
AD	N,A,ZC				AD[1-7]0\d	AD100	ca	Parròquia d'Andorra la Vella=Andorra la Vella~Canillo=Canillo~Encamp=Encamp~Escaldes-Engordany=Escaldes-Engordany~La Massana=La Massana~Ordino=Ordino~Sant Julià de Lòria=Sant Julià de Lòria
AE	N,A,S	N,A,S	AS	emirate			ar	أبو ظبي=أبو ظبي=Abu Dhabi~إمارة الشارقةّ=الشارقة=Sharjah~الفجيرة=الفجيرة=Fujairah~ام القيوين=ام القيوين=Umm Al Quwain~إمارة دبيّ=دبي=Dubai~إمارة رأس الخيمة=رأس الخيمة=Ras al Khaimah~عجمان=عجمان=Ajman
AF	N,A,C,Z				\d{4}	1001
AG			A
AI	N,A,C,Z				(?:AI-)?2640	2640
AL	N,A,Z,C				\d{4}	1001
AM	N,A,Z,C,S	N,A,Z,C,S			(?:37)?\d{4}	375010	hy	Արագածոտն==Aragatsotn~Արարատ==Ararat~Արմավիր==Armavir~Գեղարքունիք==Gegharkunik~Երևան==Yerevan~Լոռի==Lori~Կոտայք==Kotayk~Շիրակ==Shirak~Սյունիք==Syunik~Վայոց ձոր==Vayots Dzor~Տավուշ==Tavush
AO
AQ
AR	N,A,ZC,S				((?:[A-HJ-NP-Z])?\d{4})([A-Z]{3})?	C1070AAM	es	Buenos Aires=Buenos Aires~Catamarca=Catamarca~Chaco=Chaco~Chubut=Chubut~Ciudad Autónoma de Buenos Aires=Ciudad Autónoma de Buenos Aires~Córdoba=Córdoba~Corrientes=Corrientes~Entre Ríos=Entre Ríos~Formosa=Formosa~Jujuy=Jujuy~La Pampa=La Pampa~La Rioja=La Rioja~Mendoza=Mendoza~Misiones=Misiones~Neuquén=Neuquén~Río Negro=Río Negro~Salta=Salta~San Juan=San Juan~San Luis=San Luis~Santa Cruz=Santa Cruz~Santa Fe=Santa Fe~Santiago del Estero=Santiago del Estero~Tierra del Fuego=Tierra del Fuego~Tucumán=Tucumán
AS	N,A,CSZ		ACSZ	state,,,zip	(96799)(?:[ \-](\d{4}))?	96799
AT	N,A,ZC		ACZ		\d{4}	1010
AU	N,A,CSZ		ACSZ	state,suburb	\d{4}	2060	en	ACT=Australian Capital Territory~JBT=Jervis Bay Territory~NSW=New South Wales~NT=Northern Territory~QLD=Queensland~SA=South Australia~TAS=Tasmania~VIC=Victoria~WA=Western Australia
AW
AX	N,A,ZC		ACZ		22\d{3}	22150
AZ	N,A,ZC				\d{4}	1000
BA	N,A,ZC				\d{5}	71000
BB	N,A,CSZ			parish	BB\d{5}	BB23026
BD	N,A,CZ				\d{4}	1340
BE	N,A,ZC		ACZ		\d{4}	4000
BF	N,A,C
BG	N,A,ZC				\d{4}	1000
BH	N,A,CZ				(?:^|\b)(?:1[0-2]|[1-9])\d{2}(?:$|\b)	317
BI
BJ
BL	N,A,ZC		ACZ		9[78][01]\d{2}	97100
BM	N,A,CZ				[A-Z]{2} ?[A-Z0-9]{2}	FL 07
BN	N,A,CZ				[A-Z]{2} ?\d{4}	BT2328
BO
BQ
BR	N,A,D,CS,Z		ASCZ	state,,neighborhood	\d{5}-?\d{3}	40301-110	pt	AC=Acre~AL=Alagoas~AP=Amapá~AM=Amazonas~BA=Bahia~CE=Ceará~DF=Distrito Federal~ES=Espírito Santo~GO=Goiás~MA=Maranhão~MT=Mato Grosso~MS=Mato Grosso do Sul~MG=Minas Gerais~PA=Pará~PB=Paraíba~PR=Paraná~PE=Pernambuco~PI=Piauí~RJ=Rio de Janeiro~RN=Rio Grande do Norte~RS=Rio Grande do Sul~RO=Rondônia~RR=Roraima~SC=Santa Catarina~SP=São Paulo~SE=Sergipe~TO=Tocantins
BS	N,A,CS			island			en	Abaco=Abaco Islands~Acklins=Acklins~Andros=Andros Island~Berry Islands=Berry Islands~Bimini=Bimini~Cat Island=Cat Island~Crooked Island=Crooked Island~Eleuthera=Eleuthera~Exuma=Exuma and Cays~Grand Bahama=Grand Bahama~Harbour Island=Harbour Island~Inagua=Inagua~Long Island=Long Island~Mayaguana=Mayaguana~N.P.=New Providence~Ragged Island=Ragged Island~Rum Cay=Rum Cay~San Salvador=San Salvador~Spanish Wells=Spanish Wells
BT	N,A,CZ				\d{5}	11001
BV
BW
BY	N,A,ZC,S				\d{6}	223016
BZ
CA	N,A,CSZ		ACSZ		[ABCEGHJKLMNPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d	H3Z 2Y7	en~fr	AB=Alberta~BC=British Columbia~MB=Manitoba~NB=New Brunswick~NL=Newfoundland and Labrador~NT=Northwest Territories~NS=Nova Scotia~NU=Nunavut~ON=Ontario~PE=Prince Edward Island~QC=Quebec~SK=Saskatchewan~YT=Yukon
CC	N,A,CSZ				6799	6799
CD
CF
CG
CH	N,A,ZC		ACZ		\d{4}	2544
CI	N,AC
CK
CL	N,A,ZC,S				\d{7}	8340457	es	Antofagasta=Antofagasta~Araucanía=Araucanía~Arica y Parinacota=Arica y Parinacota~Atacama=Atacama~Aysén=Aysén del General Carlos Ibáñez del Campo~Biobío=Biobío~Coquimbo=Coquimbo~O'Higgins=Libertador General Bernardo O'Higgins~Los Lagos=Los Lagos~Los Ríos=Los Ríos~Magallanes=Magallanes y de la Antártica Chilena~Maule=Maule~Región Metropolitana=Metropolitana de Santiago~Ñuble=Ñuble~Tarapacá=Tarapacá~Valparaíso=Valparaíso
CM
CN	Z,SCD,A,N	N,A,D,C,SZ	ACSZ	,,district	\d{6}	266033	zh	安徽省=安徽省=Anhui Sheng~澳门=澳门=Macau~北京市=北京市=Beijing Shi~重庆市=重庆市=Chongqing Shi~福建省=福建省=Fujian Sheng~甘肃省=甘肃省=Gansu Sheng~广东省=广东省=Guangdong Sheng~广西壮族自治区=广西=Guangxi Zhuangzuzizhiqu~贵州省=贵州省=Guizhou Sheng~海南省=海南省=Hainan Sheng~河北省=河北省=Hebei Sheng~河南省=河南省=Henan Sheng~黑龙江省=黑龙江省=Heilongjiang Sheng~湖北省=湖北省=Hubei Sheng~湖南省=湖南省=Hunan Sheng~吉林省=吉林省=Jilin Sheng~江苏省=江苏省=Jiangsu Sheng~江西省=江西省=Jiangxi Sheng~辽宁省=辽宁省=Liaoning Sheng~内蒙古自治区=内蒙古=Neimenggu Zizhiqu~宁夏回族自治区=宁夏=Ningxia Huizuzizhiqu~青海省=青海省=Qinghai Sheng~山东省=山东省=Shandong Sheng~山西省=山西省=Shanxi Sheng~陕西省=陕西省=Shaanxi Sheng~上海市=上海市=Shanghai Shi~四川省=四川省=Sichuan Sheng~台湾=台湾=Taiwan~天津市=天津市=Tianjin Shi~西藏自治区=西藏=Xizang Zizhiqu~香港=香港=Hong Kong~新疆维吾尔自治区=新疆=Xinjiang Weiwuerzizhiqu~云南省=云南省=Yunnan Sheng~浙江省=浙江省=Zhejiang Sheng
CO	N,A,D,CSZ		AS	department	\d{6}	111221	es	Amazonas~Antioquia~Arauca~Atlántico~Bogotá~Bolívar~Boyacá~Caldas~Caquetá~Casanare~Cauca~Cesar~Chocó~Córdoba~Cundinamarca~Guainía~Guaviare~Huila~La Guajira~Magdalena~Meta~Nariño~Norte de Santander~Putumayo~Quindío~Risaralda~San Andrés y Providencia~Santander~Sucre~Tolima~Valle del Cauca~Vaupés~Vichada
CR	N,A,SC,Z		ACS		\d{4,5}|\d{3}-\d{4}	1000
CU	N,A,CS,Z				\d{5}	10700	es	Artemisa~Camagüey~Ciego de Ávila~Cienfuegos~Granma~Guantánamo~Holguín~Isla de la Juventud~La Habana~Las Tunas~Matanzas~Mayabeque~Pinar del Río~Sancti Spíritus~Santiago de Cuba~Villa Clara
CV	N,A,ZC,S			island	\d{4}	7600	pt	Boa Vista~Brava~Fogo~Maio~Sal~Santiago~Santo Antão~São Nicolau~São Vicente
CW
CX	N,A,CSZ				6798	6798
CY	N,A,ZC				\d{4}	2008
CZ	N,A,ZC		ACZ		\d{3} ?\d{2}	100 00
DE	N,A,ZC		ACZ		\d{5}	26133
DJ
DK	N,A,ZC		ACZ		\d{4}	8660
DM
DO	N,A,ZC				\d{5}	11903
DZ	N,A,ZC				\d{5}	40304
EC	N,A,Z,C				\d{6}	090105
EE	N,A,ZCS		ACZ		\d{5}	69501
EG	N,A,C,S,Z	N,A,C,S,Z			\d{5}	12411	ar	أسوان==Aswan Governorate~أسيوط==Asyut Governorate~الإسكندرية==Alexandria Governorate~الإسماعيلية==Ismailia Governorate~الأقصر==Luxor Governorate~البحر الأحمر==Red Sea Governorate~البحيرة==El Beheira Governorate~الجيزة==Giza Governorate~الدقهلية==Dakahlia Governorate~السويس==Suez Governorate~الشرقية==Ash Sharqia Governorate~الغربية==Gharbia Governorate~الفيوم==Faiyum Governorate~القاهرة==Cairo Governorate~القليوبية==Qalyubia Governorate~المنوفية==Menofia Governorate~المنيا==Menia Governorate~الوادي الجديد==New Valley Governorate~بني سويف==Beni Suef Governorate~بورسعيد==Port Said Governorate~جنوب سيناء==South Sinai Governorate~دمياط==Damietta Governorate~سوهاج==Sohag Governorate~شمال سيناء==North Sinai Governorate~قنا==Qena Governorate~كفر الشيخ==Kafr El Sheikh Governorate~مطروح==Matrouh Governorate
EH	N,A,ZC				\d{5}	70000
ER
ES	N,A,ZCS		ACSZ		\d{5}	28039	es~ca~gl~eu	VI=Álava~AB=Albacete~A=Alicante~AL=Almería~O=Asturias~AV=Ávila~BA=Badajoz~B=Barcelona~BU=Burgos~CC=Cáceres~CA=Cádiz~S=Cantabria~CS=Castellón~CE=Ceuta~CR=Ciudad Real~CO=Córdoba~CU=Cuenca~GI=Girona~GR=Granada~GU=Guadalajara~SS=Guipúzcoa~H=Huelva~HU=Huesca~PM=Islas Baleares~J=Jaén~C=La Coruña~LO=La Rioja~GC=Las Palmas~LE=León~L=Lérida~LU=Lugo~M=Madrid~MA=Málaga~ML=Melilla~MU=Murcia~NA=Navarra~OR=Ourense~P=Palencia~PO=Pontevedra~SA=Salamanca~TF=Santa Cruz de Tenerife~SG=Segovia~SE=Sevilla~SO=Soria~T=Tarragona~TE=Teruel~TO=Toledo~V=Valencia~VA=Valladolid~BI=Vizcaya~ZA=Zamora~Z=Zaragoza
ET	N,A,ZC				\d{4}	1000
FI	N,A,ZC		ACZ		\d{5}	00550
FJ
FK	N,A,C,Z		ACZ		FIQQ 1ZZ	FIQQ 1ZZ
FM	N,A,CSZ		ACSZ	state,,,zip	(9694[1-4])(?:[ \-](\d{4}))?	96941
FO	N,A,ZC				\d{3}	100
FR	N,A,ZC		ACZ		\d{2} ?\d{3}	33380
GA
GB	N,A,C,Z		ACZ	,post_town	GIR ?0AA|(?:(?:AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GY|GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE)(?:\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}))|BFPO ?\d{1,4}	EC1Y 8SY
GD
GE	N,A,ZC				\d{4}	0101
GF	N,A,ZC		ACZ		9[78]3\d{2}	97300
GG	N,A,C,Z		ACZ		GY\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}	GY1 1AA
GH
GI	N,A,Z		A		GX11 1AA	GX11 1AA
GL	N,A,ZC		ACZ		39\d{2}	3900
GM
GN	N,ZAC				\d{3}	001
GP	N,A,ZC		ACZ		9[78][01]\d{2}	97100
GQ
GR	N,A,ZC		ACZ		\d{3} ?\d{2}	151 24
GS	N,A,C,Z		ACZ		SIQQ 1ZZ	SIQQ 1ZZ
GT	N,A,ZC				\d{5}	09001
GU	N,A,CZ		ACZ	,,,zip	(969(?:[12]\d|3[12]))(?:[ \-](\d{4}))?	96910
GW	N,A,ZC				\d{4}	1000
GY
HK	S,C,A,N	N,A,C,S	AS	area,district			zh-Hant~en	Kowloon=九龍~Hong Kong Island=香港島~New Territories=新界
HM	N,A,CSZ				\d{4}	7050
HN	N,A,CS,Z		ACS	department	\d{5}	31301
HR	N,A,ZC				\d{5}	10000
HT	N,A,ZC				\d{4}	6120
HU	N,C,A,Z		ACZ		\d{4}	1037
ID	N,A,C,SZ		AS		\d{5}	40115	id	Aceh==Aceh~Bali==Bali~Banten==Banten~Bengkulu==Bengkulu~Daerah Istimewa Yogyakarta==Special Region of Yogyakarta~DKI Jakarta==Jakarta~Gorontalo==Gorontalo~Jambi==Jambi~Jawa Barat==West Java~Jawa Tengah==Central Java~Jawa Timur==East Java~Kalimantan Barat==West Kalimantan~Kalimantan Selatan==South Kalimantan~Kalimantan Tengah==Central Kalimantan~Kalimantan Timur==East Kalimantan~Kalimantan Utara==North Kalimantan~Kepulauan Bangka Belitung==Bangka Belitung Islands~Kepulauan Riau==Riau Islands~Lampung==Lampung~Maluku==Maluku~Maluku Utara==North Maluku~Nusa Tenggara Barat==West Nusa Tenggara~Nusa Tenggara Timur==East Nusa Tenggara~Papua==Papua~Papua Barat==West Papua~Riau==Riau~Sulawesi Barat==West Sulawesi~Sulawesi Selatan==South Sulawesi~Sulawesi Tengah==Central Sulawesi~Sulawesi Tenggara==South East Sulawesi~Sulawesi Utara==North Sulawesi~Sumatera Barat==West Sumatra~Sumatera Selatan==South Sumatra~Sumatera Utara==North Sumatra
IE	N,A,D,C,S,Z			county,,townland,eircode	[\dA-Z]{3} ?[\dA-Z]{4}	A65 F4E2	en	Co. Carlow~Co. Cavan~Co. Clare~Co. Cork~Co. Donegal~Co. Dublin~Co. Galway~Co. Kerry~Co. Kildare~Co. Kilkenny~Co. Laois~Co. Leitrim~Co. Limerick~Co. Longford~Co. Louth~Co. Mayo~Co. Meath~Co. Monaghan~Co. Offaly~Co. Roscommon~Co. Sligo~Co. Tipperary~Co. Waterford~Co. Westmeath~Co. Wexford~Co. Wicklow
IL	N,A,CZ				\d{5}(?:\d{2})?	9614303
IM	N,A,C,Z		ACZ		IM\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}	IM2 1AA
IN	N,A,CZ,S		ACSZ	state,,,pin	\d{6}	110034	en~hi	Andaman and Nicobar Islands=Andaman & Nicobar~Andhra Pradesh=Andhra Pradesh~Arunachal Pradesh=Arunachal Pradesh~Assam=Assam~Bihar=Bihar~Chandigarh=Chandigarh~Chhattisgarh=Chhattisgarh~Dadra and Nagar Haveli and Daman and Diu=Dadra & Nagar Haveli & Daman & Diu~Delhi=Delhi~Goa=Goa~Gujarat=Gujarat~Haryana=Haryana~Himachal Pradesh=Himachal Pradesh~Jammu and Kashmir=Jammu & Kashmir~Jharkhand=Jharkhand~Karnataka=Karnataka~Kerala=Kerala~Ladakh=Ladakh~Lakshadweep=Lakshadweep~Madhya Pradesh=Madhya Pradesh~Maharashtra=Maharashtra~Manipur=Manipur~Meghalaya=Meghalaya~Mizoram=Mizoram~Nagaland=Nagaland~Odisha=Odisha~Puducherry=Puducherry~Punjab=Punjab~Rajasthan=Rajasthan~Sikkim=Sikkim~Tamil Nadu=Tamil Nadu~Telangana=Telangana~Tripura=Tripura~Uttar Pradesh=Uttar Pradesh~Uttarakhand=Uttarakhand~West Bengal=West Bengal
IO	N,A,C,Z		ACZ		BBND 1ZZ	BBND 1ZZ
IQ	N,A,CS,Z		ACS		\d{5}	31001
IR	N,S,CD,A,Z			,,neighborhood	\d{5}-?\d{5}	11936-12345	fa	استان آذربایجان شرقی==East Azerbaijan Province~استان آذربایجان غربی==West Azerbaijan Province~استان اردبیل==Ardabil Province~استان اصفهان==Isfahan Province~استان البرز==Alborz Province~استان ایلام==Ilam Province~استان بوشهر==Bushehr Province~استان تهران==Tehran Province~استان چهارمحال و بختیاری==Chaharmahal and Bakhtiari Province~استان خراسان جنوبی==South Khorasan Province~استان خراسان رضوی==Razavi Khorasan Province~استان خراسان شمالی==North Khorasan Province~استان خوزستان==Khuzestan Province~استان زنجان==Zanjan Province~استان سمنان==Semnan Province~استان سیستان و بلوچستان==Sistan and Baluchestan Province~استان فارس==Fars Province~استان قزوین==Qazvin Province~استان قم==Qom Province~استان کردستان==Kurdistan Province~استان کرمان==Kerman Province~استان کرمانشاه==Kermanshah Province~استان کهگیلویه و بویراحمد==Kohgiluyeh and Boyer-Ahmad Province~استان گلستان==Golestan Province~استان گیلان==Gilan Province~استان لرستان==Lorestan Province~استان مازندران==Mazandaran Province~استان مرکزی==Markazi Province~استان هرمزگان==Hormozgan Province~استان همدان==Hamadan Province~استان یزد==Yazd Province
IS	N,A,ZC				\d{3}	320
IT	N,A,ZCS		ACSZ		\d{5}	00144	it	AG=Agrigento~AL=Alessandria~AN=Ancona~AO=Aosta~AR=Arezzo~AP=Ascoli Piceno~AT=Asti~AV=Avellino~BA=Bari~BT=Barletta-Andria-Trani~BL=Belluno~BN=Benevento~BG=Bergamo~BI=Biella~BO=Bologna~BZ=Bolzano~BS=Brescia~BR=Brindisi~CA=Cagliari~CL=Caltanissetta~CB=Campobasso~CE=Caserta~CT=Catania~CZ=Catanzaro~CH=Chieti~CO=Como~CS=Cosenza~CR=Cremona~KR=Crotone~CN=Cuneo~EN=Enna~FM=Fermo~FE=Ferrara~FI=Firenze~FG=Foggia~FC=Forlì-Cesena~FR=Frosinone~GE=Genova~GO=Gorizia~GR=Grosseto~IM=Imperia~IS=Isernia~AQ=L'Aquila~SP=La Spezia~LT=Latina~LE=Lecce~LC=Lecco~LI=Livorno~LO=Lodi~LU=Lucca~MC=Macerata~MN=Mantova~MS=Massa-Carrara~MT=Matera~ME=Messina~MI=Milano~MO=Modena~MB=Monza e Brianza~NA=Napoli~NO=Novara~NU=Nuoro~OR=Oristano~PD=Padova~PA=Palermo~PR=Parma~PV=Pavia~PG=Perugia~PU=Pesaro e Urbino~PE=Pescara~PC=Piacenza~PI=Pisa~PT=Pistoia~PN=Pordenone~PZ=Potenza~PO=Prato~RG=Ragusa~RA=Ravenna~RC=Reggio Calabria~RE=Reggio Emilia~RI=Rieti~RN=Rimini~RM=Roma~RO=Rovigo~SA=Salerno~SS=Sassari~SV=Savona~SI=Siena~SR=Siracusa~SO=Sondrio~SU=Sud Sardegna~TA=Taranto~TE=Teramo~TR=Terni~TO=Torino~TP=Trapani~TN=Trento~TV=Treviso~TS=Trieste~UD=Udine~VA=Varese~VE=Venezia~VB=Verbano-Cusio-Ossola~VC=Vercelli~VR=Verona~VV=Vibo Valentia~VI=Vicenza~VT=Viterbo
JE	N,A,C,Z		ACZ		JE\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}	JE1 1AA
JM	N,A,C,S		ACS	parish			en	Clarendon~Hanover~Kingston~Manchester~Portland~St. Andrew~St. Ann~St. Catherine~St. Elizabeth~St. James~St. Mary~St. Thomas~Trelawny~Westmoreland
JO	N,A,CZ				\d{5}	11937
JP	Z,S,A,N	N,AS,Z	ASZ	prefecture	\d{3}-?\d{4}	154-0023	ja	北海道==Hokkaido~青森県==Aomori~岩手県==Iwate~宮城県==Miyagi~秋田県==Akita~山形県==Yamagata~福島県==Fukushima~茨城県==Ibaraki~栃木県==Tochigi~群馬県==Gunma~埼玉県==Saitama~千葉県==Chiba~東京都==Tokyo~神奈川県==Kanagawa~新潟県==Niigata~富山県==Toyama~石川県==Ishikawa~福井県==Fukui~山梨県==Yamanashi~長野県==Nagano~岐阜県==Gifu~静岡県==Shizuoka~愛知県==Aichi~三重県==Mie~滋賀県==Shiga~京都府==Kyoto~大阪府==Osaka~兵庫県==Hyogo~奈良県==Nara~和歌山県==Wakayama~鳥取県==Tottori~島根県==Shimane~岡山県==Okayama~広島県==Hiroshima~山口県==Yamaguchi~徳島県==Tokushima~香川県==Kagawa~愛媛県==Ehime~高知県==Kochi~福岡県==Fukuoka~佐賀県==Saga~長崎県==Nagasaki~熊本県==Kumamoto~大分県==Oita~宮崎県==Miyazaki~鹿児島県==Kagoshima~沖縄県==Okinawa
KE	N,A,C,Z				\d{5}	20100
KG	N,A,ZC				\d{6}	720001
KH	N,A,CZ				\d{5,6}	120101
KI	N,A,S,C			island
KM
KN	N,A,CS		ACS	island			en	Nevis~St. Kitts
KP	Z,S,C,A,N	N,A,C,SZ					ko	강원도==Kangwon~라선 특별시==Rason~량강도==Ryanggang~자강도==Chagang~평안 남도==South Pyongan~평안 북도==North Pyongan~평양 직할시==Pyongyang~함경 남도==South Hamgyong~함경 북도==North Hamgyong~황해남도==South Hwanghae~황해북도==North Hwanghae
KR	SCD,A,N,Z	N,A,D,C,S,Z	ACSZ	do_si,,district	\d{5}	03051	ko	강원도=강원=Gangwon-do~경기도=경기=Gyeonggi-do~경상남도=경남=Gyeongsangnam-do~경상북도=경북=Gyeongsangbuk-do~광주광역시=광주=Gwangju~대구광역시=대구=Daegu~대전광역시=대전=Daejeon~부산광역시=부산=Busan~서울특별시=서울=Seoul~세종특별자치시=세종=Sejong~울산광역시=울산=Ulsan~인천광역시=인천=Incheon~전라남도=전남=Jeollanam-do~전라북도=전북=Jeollabuk-do~제주특별자치도=제주=Jeju-do~충청남도=충남=Chungcheongnam-do~충청북도=충북=Chungcheongbuk-do
KW	N,A,ZC				\d{5}	54541
KY	N,A,SZ		AS	island	KY\d-\d{4}	KY1-1100	en	Cayman Brac~Grand Cayman~Little Cayman
KZ	Z,S,C,A,N				\d{6}	040900
LA	N,A,ZC				\d{5}	01160
LB	N,A,CZ				(?:\d{4})(?: ?(?:\d{4}))?	2038 3054
LC
LI	N,A,ZC		ACZ		948[5-9]|949[0-8]	9496
LK	N,A,C,Z				\d{5}	20000
LR	N,A,ZC				\d{4}	1000
LS	N,A,CZ				\d{3}	100
LT	N,A,ZCS		ACZ		\d{5}	04340
LU	N,A,ZC		ACZ		\d{4}	4750
LV	N,A,S,CZ		ACZ		LV-\d{4}	LV-1073
LY
MA	N,A,ZC				\d{5}	53000
MC	N,A,ZC				980\d{2}	98000
MD	N,A,ZC				\d{4}	2012
ME	N,A,ZC				8\d{4}	81257
MF	N,A,ZC		ACZ		9[78][01]\d{2}	97100
MG	N,A,ZC				\d{3}	501
MH	N,A,CSZ		ACSZ	state,,,zip	(969[67]\d)(?:[ \-](\d{4}))?	96960
MK	N,A,ZC				\d{4}	1314
ML
MM	N,A,CZ				\d{5}	11181
MN	N,A,C,SZ				\d{5}	65030
MO	A,N	N,A	A
MP	N,A,CSZ		ACSZ	state,,,zip	(9695[012])(?:[ \-](\d{4}))?	96950
MQ	N,A,ZC		ACZ		9[78]2\d{2}	97220
MR
MS
MT	N,A,CZ				[A-Z]{3} ?\d{2,4}	NXR 01
MU	N,A,Z,C				\d{3}(?:\d{2}|[A-Z]{2}\d{3})	42602
MV	N,A,CZ				\d{5}	20026
MW	N,A,C
MX	N,A,D,ZCS		ACSZ	state,,neighborhood	\d{5}	02860	es	Ags.=Aguascalientes~B.C.=Baja California~B.C.S.=Baja California Sur~Camp.=Campeche~Chis.=Chiapas~Chih.=Chihuahua~CDMX=Ciudad de México~Coah.=Coahuila de Zaragoza~Col.=Colima~Dgo.=Durango~Méx.=Estado de México~Gto.=Guanajuato~Gro.=Guerrero~Hgo.=Hidalgo~Jal.=Jalisco~Mich.=Michoacán~Mor.=Morelos~Nay.=Nayarit~N.L.=Nuevo León~Oax.=Oaxaca~Pue.=Puebla~Qro.=Querétaro~Q.R.=Quintana Roo~S.L.P.=San Luis Potosí~Sin.=Sinaloa~Son.=Sonora~Tab.=Tabasco~Tamps.=Tamaulipas~Tlax.=Tlaxcala~Ver.=Veracruz~Yuc.=Yucatán~Zac.=Zacatecas
MY	N,A,D,ZC,S		ACZ	state,,village_township	\d{5}	43000	ms	Johor~Kedah~Kelantan~Kuala Lumpur~Labuan~Melaka~Negeri Sembilan~Pahang~Perak~Perlis~Pulau Pinang~Putrajaya~Sabah~Sarawak~Selangor~Terengganu
MZ	N,A,ZCS				\d{4}	1102	pt	Cabo Delgado~Cidade de Maputo~Gaza~Inhambane~Manica~Maputo~Nampula~Niassa~Sofala~Tete~Zambezia
NA	N,A,C,Z				\d{5}	10001
NC	N,A,ZC		ACZ		988\d{2}	98814
NE	N,A,ZC				\d{4}	8001
NF	N,A,CSZ				2899	2899
NG	N,A,D,CZ,S			state	\d{6}	930283	en	Abia~Adamawa~Akwa Ibom~Anambra~Bauchi~Bayelsa~Benue~Borno~Cross River~Delta~Ebonyi~Edo~Ekiti~Enugu~Federal Capital Territory~Gombe~Imo~Jigawa~Kaduna~Kano~Katsina~Kebbi~Kogi~Kwara~Lagos~Nasarawa~Niger~Ogun State~Ondo~Osun~Oyo~Plateau~Rivers~Sokoto~Taraba~Yobe~Zamfara
NI	N,A,Z,CS			department	\d{5}	52000	es	Boaco~Carazo~Chinandega~Chontales~Estelí~Granada~Jinotega~León~Madriz~Managua~Masaya~Matagalpa~Nueva Segovia~Región Autónoma de la Costa Caribe Norte~Región Autónoma de la Costa Caribe Sur~Río San Juan~Rivas
NL	N,A,ZC		ACZ		[1-9]\d{3} ?(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])	1234 AB
NO	N,A,ZC		ACZ	,post_town	\d{4}	0025
NP	N,A,CZ				\d{5}	44601
NR	N,A,S		AS	district			en	Aiwo District~Anabar District~Anetan District~Anibare District~Baiti District~Boe District~Buada District~Denigomodu District~Ewa District~Ijuw District~Meneng District~Nibok District~Uaboe District~Yaren District
NU
NZ	N,A,D,CZ		ACZ		\d{4}	6001
OM	N,A,Z,C				(?:PC )?\d{3}	133
PA	N,A,C,S
PE	N,A,CZ,S			,district	(?:LIMA \d{1,2}|CALLAO 0?\d)|[0-2]\d{4}	LIMA 23	es	Amazonas~Áncash~Apurímac~Arequipa~Ayacucho~Cajamarca~Callao~Cuzco~Gobierno Regional de Lima~Huancavelica~Huánuco~Ica~Junín~La Libertad~Lambayeque~Loreto~Madre de Dios~Moquegua~Municipalidad Metropolitana de Lima~Pasco~Piura~Puno~San Martín~Tacna~Tumbes~Ucayali
PF	N,A,ZCS		ACSZ	island	987\d{2}	98709
PG	N,A,CZS		ACS		\d{3}	111
PH	N,A,DC,ZS				\d{4}	1008	en	Abra~Agusan del Norte~Agusan del Sur~Aklan~Albay~Antique~Apayao~Aurora~Basilan~Bataan~Batanes~Batangas~Benguet~Biliran~Bohol~Bukidnon~Bulacan~Cagayan~Camarines Norte~Camarines Sur~Camiguin~Capiz~Catanduanes~Cavite~Cebu~Compostela Valley~Cotabato~Davao del Norte~Davao del Sur~Davao Occidental~Davao Oriental~Dinagat Islands~Eastern Samar~Guimaras~Ifugao~Ilocos Norte~Ilocos Sur~Iloilo~Isabela~Kalinga~La Union~Laguna~Lanao del Norte~Lanao del Sur~Leyte~Maguindanao~Marinduque~Masbate~Metro Manila~Mindoro Occidental~Mindoro Oriental~Misamis Occidental~Misamis Oriental~Mountain Province~Negros Occidental~Negros Oriental~Northern Samar~Nueva Ecija~Nueva Vizcaya~Palawan~Pampanga~Pangasinan~Quezon Province~Quirino~Rizal~Romblon~Samar~Sarangani~Siquijor~Sorsogon~South Cotabato~Southern Leyte~Sultan Kudarat~Sulu~Surigao del Norte~Surigao del Sur~Tarlac~Tawi-Tawi~Zambales~Zamboanga del Norte~Zamboanga del Sur~Zamboanga Sibuguey
PK	N,A,D,CZ				\d{5}	44000
PL	N,A,ZC		ACZ		\d{2}-\d{3}	00-950
PM	N,A,ZC		ACZ		9[78]5\d{2}	97500
PN	N,A,C,Z		ACZ		PCRN 1ZZ	PCRN 1ZZ
PR	N,A,CZ		ACZ	,,,zip	(00[679]\d{2})(?:[ \-](\d{4}))?	00930
PS
PT	N,A,ZC		ACZ		\d{4}-\d{3}	2725-079
PW	N,A,CSZ		ACSZ	state,,,zip	(969(?:39|40))(?:[ \-](\d{4}))?	96940
PY	N,A,ZC				\d{4}	1536
QA
RE	N,A,ZC		ACZ		9[78]4\d{2}	97400
RO	N,A,ZSC		ACZ		\d{6}	060274
RS	N,A,ZC				\d{5,6}	106314
RU	N,A,C,S,Z	N,A,C,S,Z	ACSZ	oblast	\d{6}	247112	ru	Алтайский край=Алтайский край=Altayskiy kray~Амурская область=Амурская область=Amurskaya oblast'~Архангельская область=Архангельская область=Arkhangelskaya oblast'~Астраханская область=Астраханская область=Astrakhanskaya oblast'~Белгородская область=Белгородская область=Belgorodskaya oblast'~Брянская область=Брянская область=Bryanskaya oblast'~Владимирская область=Владимирская область=Vladimirskaya oblast'~Волгоградская область=Волгоградская область=Volgogradskaya oblast'~Вологодская область=Вологодская область=Vologodskaya oblast'~Воронежская область=Воронежская область=Voronezhskaya oblast'~Еврейская автономная область=Еврейская автономная область=Evreyskaya avtonomnaya oblast'~Забайкальский край=Забайкальский край=Zabaykalskiy kray~Ивановская область=Ивановская область=Ivanovskaya oblast'~Иркутская область=Иркутская область=Irkutskaya oblast'~Кабардино-Балкарская Республика=Кабардино-Балкарская Республика=Kabardino-Balkarskaya Republits~Калининградская область=Калининградская область=Kaliningradskaya oblast'~Калужская область=Калужская область=Kaluzhskaya oblast'~Камчатский край=Камчатский край=Kamchatskiy kray~Карачаево-Черкесская Республика=Карачаево-Черкесская Республика=Karachaevo-Cherkesskaya Republits~Кемеровская область=Кемеровская область=Kemerovskaya oblast'~Кировская область=Кировская область=Kirovskaya oblast'~Костромская область=Костромская область=Kostromskaya oblast'~Краснодарский край=Краснодарский край=Krasnodarskiy kray~Красноярский край=Красноярский край=Krasnoyarskiy kray~Курганская область=Курганская область=Kurganskaya oblast'~Курская область=Курская область=Kurskaya oblast'~Ленинградская область=Ленинградская область=Leningradskaya oblast'~Липецкая область=Липецкая область=Lipetskaya oblast'~Магаданская область=Магаданская область=Magadanskaya oblast'~Москва=Москва=Moskva~Московская область=Московская область=Moskovskaya oblast'~Мурманская область=Мурманская область=Murmanskaya oblast'~Ненецкий автономный округ=Ненецкий автономный округ=Nenetskiy~Нижегородская область=Нижегородская область=Nizhegorodskaya oblast'~Новгородская область=Новгородская область=Novgorodskaya oblast'~Новосибирская область=Новосибирская область=Novosibirskaya oblast'~Омская область=Омская область=Omskaya oblast'~Оренбургская область=Оренбургская область=Orenburgskaya oblast'~Орловская область=Орловская область=Orlovskaya oblast'~Пензенская область=Пензенская область=Penzenskaya oblast'~Пермский край=Пермский край=Permskiy kray~Приморский край=Приморский край=Primorskiy kray~Псковская область=Псковская область=Pskovskaya oblast'~Республика Адыгея=Республика Адыгея=Respublika Adygeya~Республика Алтай=Республика Алтай=Altay Republits~Республика Башкортостан=Республика Башкортостан=Bashkortostan Republits~Республика Бурятия=Республика Бурятия=Buryatiya Republits~Республика Дагестан=Республика Дагестан=Dagestan Republits~Республика Ингушетия=Республика Ингушетия=Ingushetiya Republits~Республика Калмыкия=Республика Калмыкия=Respublika Kalmykiya~Республика Карелия=Республика Карелия=Kareliya Republits~Республика Коми=Республика Коми=Komi Republits~Автономна Республіка Крим=Республика Крым=Respublika Krym~Республика Марий Эл=Республика Марий Эл=Respublika Mariy El~Республика Мордовия=Республика Мордовия=Respublika Mordoviya~Республика Саха (Якутия)=Республика Саха (Якутия)=Sakha (Yakutiya) Republits~Республика Северная Осетия-Алания=Республика Северная Осетия-Алания=Respublika Severnaya Osetiya-Alaniya~Республика Татарстан=Республика Татарстан=Respublika Tatarstan~Республика Тыва=Республика Тыва=Tyva Republits~Республика Удмуртия=Республика Удмуртия=Udmurtskaja Respublika~Республика Хакасия=Республика Хакасия=Khakasiya Republits~Ростовская область=Ростовская область=Rostovskaya oblast'~Рязанская область=Рязанская область=Ryazanskaya oblast'~Самарская область=Самарская область=Samarskaya oblast'~Санкт-Петербург=Санкт-Петербург=Sankt-Peterburg~Саратовская область=Саратовская область=Saratovskaya oblast'~Сахалинская область=Сахалинская область=Sakhalinskaya oblast'~Свердловская область=Свердловская область=Sverdlovskaya oblast'~Севастополь=Севастополь=Sevastopol'~Смоленская область=Смоленская область=Smolenskaya oblast'~Ставропольский край=Ставропольский край=Stavropolskiy kray~Тамбовская область=Тамбовская область=Tambovskaya oblast'~Тверская область=Тверская область=Tverskaya oblast'~Томская область=Томская область=Tomskaya oblast'~Тульская область=Тульская область=Tulskaya oblast'~Тюменская область=Тюменская область=Tyumenskaya oblast'~Ульяновская область=Ульяновская область=Ulyanovskaya oblast'~Хабаровский край=Хабаровский край=Khabarovskiy kray~Ханты-Мансийский автономный округ=Ханты-Мансийский автономный округ=Khanty-Mansiyskiy avtonomnyy okrug~Челябинская область=Челябинская область=Chelyabinskaya oblast'~Чеченская Республика=Чеченская Республика=Chechenskaya Republits~Чувашская Республика=Чувашская Республика=Chuvashia~Чукотский автономный округ=Чукотский автономный округ=Chukotskiy~Ямало-Ненецкий автономный округ=Ямало-Ненецкий автономный округ=Yamalo-Nenetskiy~Ярославская область=Ярославская область=Yaroslavskaya oblast'
RW
SA	N,A,CZ				\d{5}	11564
SB
SC	N,A,C,S			island
SD	N,A,C,Z			,district	\d{5}	11042
SE	N,A,ZC		ACZ	,post_town	\d{3} ?\d{2}	11455
SG	N,A,Z		AZ		\d{6}	546080
SH	N,A,C,Z		ACZ		(?:ASCN|STHL) 1ZZ	STHL 1ZZ
SI	N,A,ZC				\d{4}	4000
SJ	N,A,ZC		ACZ	,post_town	\d{4}	9170
SK	N,A,ZC		ACZ		\d{3} ?\d{2}	010 01
SL
SM	N,A,ZC		AZ		4789\d	47890
SN	N,A,ZC				\d{5}	12500
SO	N,A,CSZ		ACS		[A-Z]{2} ?\d{5}	JH 09010	so	AD=Awdal~BK=Bakool~BN=Banaadir~BR=Bari~BY=Bay~GG=Galguduud~GD=Gedo~HR=Hiiraan~JD=Jubbada Dhexe~JH=Jubbada Hoose~MD=Mudug~NG=Nugaal~SG=Sanaag~SD=Shabeellaha Dhexe~SH=Shabeellaha Hoose~SL=Sool~TG=Togdheer~WG=Woqooyi Galbeed
SR	N,A,C,S						nl	Brokopondo~Commewijne~Coronie~Marowijne~Nickerie~Para~Paramaribo~Saramacca~Sipaliwini~Wanica
SS
ST
SV	N,A,ZC,S		ACS		CP [1-3][1-7][0-2]\d	CP 1101	es	Ahuachapan=Ahuachapán~Cabanas=Cabañas~Calatenango=Chalatenango~Cuscatlan=Cuscatlán~La Libertad=La Libertad~La Paz=La Paz~La Union=La Unión~Morazan=Morazán~San Miguel=San Miguel~San Salvador=San Salvador~San Vicente=San Vicente~Santa Ana=Santa Ana~Sonsonate=Sonsonate~Usulutan=Usulután
SX
SY				,district
SZ	N,A,C,Z				[HLMS]\d{3}	H100
TA	N,A,C,Z				TDCU 1ZZ	TDCU 1ZZ
TC	N,A,C,Z		ACZ		TKCA 1ZZ	TKCA 1ZZ
TD
TF
TG
TH	N,A,DC,SZ	N,A,DC,SZ			\d{5}	10150	th	กระบี่==Krabi~กรุงเทพมหานคร==Bangkok~กาญจนบุรี==Kanchanaburi~กาฬสินธุ์==Kalasin~กำแพงเพชร==Kamphaeng Phet~ขอนแก่น==Khon Kaen~จังหวัด บึงกาฬ==Bueng Kan~จันทบุรี==Chanthaburi~ฉะเชิงเทรา==Chachoengsao~ชลบุรี==Chon Buri~ชัยนาท==Chai Nat~ชัยภูมิ==Chaiyaphum~ชุมพร==Chumpon~เชียงราย==Chiang Rai~เชียงใหม่==Chiang Mai~ตรัง==Trang~ตราด==Trat~ตาก==Tak~นครนายก==Nakhon Nayok~นครปฐม==Nakhon Pathom~นครพนม==Nakhon Phanom~นครราชสีมา==Nakhon Ratchasima~นครศรีธรรมราช==Nakhon Si Thammarat~นครสวรรค์==Nakhon Sawan~นนทบุรี==Nonthaburi~นราธิวาส==Narathiwat~น่าน==Nan~บุรีรัมย์==Buri Ram~ปทุมธานี==Pathum Thani~ประจวบคีรีขันธ์==Prachuap Khiri Khan~ปราจีนบุรี==Prachin Buri~ปัตตานี==Pattani~พระนครศรีอยุธยา==Phra Nakhon Si Ayutthaya~พะเยา==Phayao~พังงา==Phang Nga~พัทลุง==Phattalung~พิจิตร==Phichit~พิษณุโลก==Phitsanulok~เพชรบุรี==Phetchaburi~เพชรบูรณ์==Phetchabun~แพร่==Phrae~ภูเก็ต==Phuket~มหาสารคาม==Maha Sarakham~มุกดาหาร==Mukdahan~แม่ฮ่องสอน==Mae Hong Son~ยโสธร==Yasothon~ยะลา==Yala~ร้อยเอ็ด==Roi Et~ระนอง==Ranong~ระยอง==Rayong~ราชบุรี==Ratchaburi~ลพบุรี==Lop Buri~ลำปาง==Lampang~ลำพูน==Lamphun~เลย==Loei~ศรีสะเกษ==Si Sa Ket~สกลนคร==Sakon Nakhon~สงขลา==Songkhla~สตูล==Satun~สมุทรปราการ==Samut Prakan~สมุทรสงคราม==Samut Songkhram~สมุทรสาคร==Samut Sakhon~สระแก้ว==Sa Kaeo~สระบุรี==Saraburi~สิงห์บุรี==Sing Buri~สุโขทัย==Sukhothai~สุพรรณบุรี==Suphanburi~สุราษฎร์ธานี==Surat Thani~สุรินทร์==Surin~หนองคาย==Nong Khai~หนองบัวลำภู==Nong Bua Lam Phu~อ่างทอง==Ang Thong~อำนาจเจริญ==Amnat Charoen~อุดรธานี==Udon Thani~อุตรดิตถ์==Uttaradit~อุทัยธานี==Uthai Thani~อุบลราชธานี==Ubon Ratchathani
TJ	N,A,ZC				\d{6}	735450
TK
TL
TM	N,A,ZC				\d{6}	744000
TN	N,A,ZC				\d{4}	1002
TO
TR	N,A,ZCS		ACZ	,district	\d{5}	01960	tr	Adana~Adıyaman~Afyon~Ağrı~Aksaray~Amasya~Ankara~Antalya~Ardahan~Artvin~Aydın~Balıkesir~Bartın~Batman~Bayburt~Bilecik~Bingöl~Bitlis~Bolu~Burdur~Bursa~Çanakkale~Çankırı~Çorum~Denizli~Diyarbakır~Düzce~Edirne~Elazığ~Erzincan~Erzurum~Eskişehir~Gaziantep~Giresun~Gümüşhane~Hakkari~Hatay~Iğdır~Isparta~İstanbul~İzmir~Kahramanmaraş~Karabük~Karaman~Kars~Kastamonu~Kayseri~Kırıkkale~Kırklareli~Kırşehir~Kilis~Kocaeli~Konya~Kütahya~Malatya~Manisa~Mardin~Mersin~Muğla~Muş~Nevşehir~Niğde~Ordu~Osmaniye~Rize~Sakarya~Samsun~Siirt~Sinop~Sivas~Şanlıurfa~Şırnak~Tekirdağ~Tokat~Trabzon~Tunceli~Uşak~Van~Yalova~Yozgat~Zonguldak
TT
TV	N,A,C,S			island			tyv	Funafuti~Nanumanga~Nanumea~Niulakita~Niutao~Nui~Nukufetau~Nukulaelae~Vaitupu
TW	Z,SC,A,N	N,A,CSZ	ACSZ	county,district	\d{3}(?:\d{2,3})?	104	zh-Hant	台中市==Taichung City~台北市==Taipei City~台東縣==Taitung County~台南市==Tainan City~宜蘭縣==Yilan County~花蓮縣==Hualien County~金門縣==Kinmen County~南投縣==Nantou County~屏東縣==Pingtung County~苗栗縣==Miaoli County~桃園市==Taoyuan City~高雄市==Kaohsiung City~基隆市==Keelung City~連江縣==Lienchiang County~雲林縣==Yunlin County~新北市==New Taipei City~新竹市==Hsinchu City~新竹縣==Hsinchu County~嘉義市==Chiayi City~嘉義縣==Chiayi County~彰化縣==Changhua County~澎湖縣==Penghu County
TZ	N,A,ZC				\d{4,5}	6090
UA	N,A,C,S,Z	N,A,C,S,Z	ACZ	oblast	\d{5}	15432	uk	Автономна Республіка Крим=Автономна Республіка Крим=Crimea~Вінницька область=Вінницька область=Vinnyts'ka oblast~Волинська область=Волинська область=Volyns'ka oblast~Дніпропетровська область=Дніпропетровська область=Dnipropetrovsk oblast~Донецька область=Донецька область=Donetsk oblast~Житомирська область=Житомирська область=Zhytomyrs'ka oblast~Закарпатська область=Закарпатська область=Zakarpats'ka oblast~Запорізька область=Запорізька область=Zaporiz'ka oblast~Івано-Франківська область=Івано-Франківська область=Ivano-Frankivs'ka oblast~місто Київ=Київ=Kyiv city~Київська область=Київська область=Kiev oblast~Кіровоградська область=Кіровоградська область=Kirovohrads'ka oblast~Луганська область=Луганська область=Luhans'ka oblast~Львівська область=Львівська область=Lviv oblast~Миколаївська область=Миколаївська область=Mykolaivs'ka oblast~Одеська область=Одеська область=Odessa oblast~Полтавська область=Полтавська область=Poltavs'ka oblast~Рівненська область=Рівненська область=Rivnens'ka oblast~місто Севастополь=Севастополь=Sevastopol' city~Сумська область=Сумська область=Sums'ka oblast~Тернопільська область=Тернопільська область=Ternopil's'ka oblast~Харківська область=Харківська область=Kharkiv oblast~Херсонська область=Херсонська область=Khersons'ka oblast~Хмельницька область=Хмельницька область=Khmel'nyts'ka oblast~Черкаська область=Черкаська область=Cherkas'ka oblast~Чернівецька область=Чернівецька область=Chernivets'ka oblast~Чернігівська область=Чернігівська область=Chernihivs'ka oblast
UG
UM	N,A,CSZ		ACS	state,,,zip	96898	96898
US	N,A,CSZ		ACSZ	state,,,zip	(\d{5})(?:[ \-](\d{4}))?	95014	en	AL=Alabama~AK=Alaska~AS=American Samoa~AZ=Arizona~AR=Arkansas~AA=Armed Forces (AA)~AE=Armed Forces (AE)~AP=Armed Forces (AP)~CA=California~CO=Colorado~CT=Connecticut~DE=Delaware~DC=District of Columbia~FL=Florida~GA=Georgia~GU=Guam~HI=Hawaii~ID=Idaho~IL=Illinois~IN=Indiana~IA=Iowa~KS=Kansas~KY=Kentucky~LA=Louisiana~ME=Maine~MH=Marshall Islands~MD=Maryland~MA=Massachusetts~MI=Michigan~FM=Micronesia~MN=Minnesota~MS=Mississippi~MO=Missouri~MT=Montana~NE=Nebraska~NV=Nevada~NH=New Hampshire~NJ=New Jersey~NM=New Mexico~NY=New York~NC=North Carolina~ND=North Dakota~MP=Northern Mariana Islands~OH=Ohio~OK=Oklahoma~OR=Oregon~PW=Palau~PA=Pennsylvania~PR=Puerto Rico~RI=Rhode Island~SC=South Carolina~SD=South Dakota~TN=Tennessee~TX=Texas~UT=Utah~VT=Vermont~VI=Virgin Islands~VA=Virginia~WA=Washington~WV=West Virginia~WI=Wisconsin~WY=Wyoming
UY	N,A,ZCS				\d{5}	11600	es	Artigas~Canelones~Cerro Largo~Colonia~Durazno~Flores~Florida~Lavalleja~Maldonado~Montevideo~Paysandú~Río Negro~Rivera~Rocha~Salto~San José~Soriano~Tacuarembó~Treinta y Tres
UZ	N,A,ZC,S				\d{6}	702100
VA	N,A,ZC				00120	00120
VC	N,A,CZ				VC\d{4}	VC0100
VE	N,A,CZS		ACS	state	\d{4}	1010	es	Amazonas~Anzoátegui~Apure~Aragua~Barinas~Bolívar~Carabobo~Cojedes~Delta Amacuro~Dependencias Federales~Distrito Federal~Falcón~Guárico~Lara~Mérida~Miranda~Monagas~Nueva Esparta~Portuguesa~Sucre~Táchira~Trujillo~Vargas~Yaracuy~Zulia
VG	N,A,C,Z		A		VG\d{4}	VG1110
VI	N,A,CSZ		ACSZ	state,,,zip	(008(?:(?:[0-4]\d)|(?:5[01])))(?:[ \-](\d{4}))?	00802-1222
VN	N,A,C,SZ	N,A,C,SZ			\d{5}\d?	70010	vi	An Giang==An Giang Province~Bà Rịa–Vũng Tàu==Ba Ria-Vung Tau Province~Bạc Liêu==Bac Lieu Province~Bắc Giang==Bac Giang Province~Bắc Kạn==Bac Kan Province~Bắc Ninh==Bac Ninh Province~Bến Tre==Ben Tre Province~Bình Dương==Binh Duong Province~Bình Định==Binh Dinh Province~Bình Phước==Binh Phuoc Province~Bình Thuận==Binh Thuan Province~Cà Mau==Ca Mau Province~Cao Bằng==Cao Bang Province~Cần Thơ==Can Tho City~Đà Nẵng==Da Nang City~Đắk Lắk==Dak Lak Province~Đăk Nông==Dak Nong Province~Điện Biên==Dien Bien Province~Đồng Nai==Dong Nai Province~Đồng Tháp==Dong Thap Province~Gia Lai==Gia Lai Province~Hà Giang==Ha Giang Province~Hà Nam==Ha Nam Province~Hà Nội==Hanoi City~Hà Tĩnh==Ha Tinh Province~Hải Dương==Hai Duong Province~Hải Phòng==Haiphong City~Hậu Giang==Hau Giang Province~Hòa Bình==Hoa Binh Province~Hưng Yên==Hung Yen Province~Khánh Hòa==Khanh Hoa Province~Kiên Giang==Kien Giang Province~Kon Tum==Kon Tum Province~Lai Châu==Lai Chau Province~Lạng Sơn==Lang Song Province~Lào Cai==Lao Cai Province~Lâm Đồng==Lam Dong Province~Long An==Long An Province~Nam Định==Nam Dinh Province~Nghệ An==Nghe An Province~Ninh Bình==Ninh Binh Province~Ninh Thuận==Ninh Thuan Province~Phú Thọ==Phu Tho Province~Phú Yên==Phu Yen Province~Quảng Bình==Quang Binh Province~Quảng Nam==Quang Nam Province~Quảng Ngãi==Quang Ngai Province~Quảng Ninh==Quang Ninh Province~Quảng Trị==Quang Tri Province~Sóc Trăng==Soc Trang Province~Sơn La==Son La Province~Tây Ninh==Tay Ninh Province~Thái Bình==Thai Binh Province~Thái Nguyên==Thai Nguyen Province~Thanh Hóa==Thanh Hoa Province~Thành phố Hồ Chí Minh==Ho Chi Minh City~Thừa Thiên–Huế==Thua Thien-Hue Province~Tiền Giang==Tien Giang Province~Trà Vinh==Tra Vinh Province~Tuyên Quang==Tuyen Quang Province~Vĩnh Long==Vinh Long Province~Vĩnh Phúc==Vinh Phuc Province~Yên Bái==Yen Bai Province
VU
WF	N,A,ZC		ACZ		986\d{2}	98600
WS
XK	N,A,ZC				[1-7]\d{4}	10000
YE
YT	N,A,ZC		ACZ		976\d{2}	97600
ZA	N,A,D,C,Z		ACZ		\d{4}	0083
ZM	N,A,ZC				\d{5}	50100
ZW
`
